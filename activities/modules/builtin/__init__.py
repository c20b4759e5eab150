"""The built-in modules, one file each; every file has a `MODULE`."""
