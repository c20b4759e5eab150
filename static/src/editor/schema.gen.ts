/** How the editor's forms are made: made by `manage.py editor_schema` from the types of the plan language. */
// biome-ignore-all format: a program writes this file
import type { StepKind } from "../shared/statuses";
import type { Json } from "./model/plan";

export type Widget =
  | "text"
  | "multiline"
  | "number"
  | "switch"
  | "choice"
  | "slugList"
  | "jsonata"
  | "script"
  | "template"
  | "tree"
  | "json"
  | "keyValues"
  | "actions"
  | "module"
  | "moduleOptions"
  | "bridge"
  | "endpoint"
  | "taskTemplate"
  | "taskStatus"
  | "prompt"
  | "agentRuntime"
  | "role"
  | "people"
  | "plan"
  | "planInputs"
  | "steps"
  | "sidecars"
  | "modules"
  | "model"
  | "documentStatus"
  | "share"
  | "quorum"
  | "schema"
  | "badges"
  | "dependsOn"
  | "object"
  | "inputOptions"
  | "documentGroups"
  | "variables"
  | "enrichment"
  | "hidden";

export type Group = "main" | "data" | "when" | "failure" | "documents" | "more";

/** How a key is shown; `when` names the key of the same object, and its values, that make it worth showing. */
export type Hint = {
  readonly widget: Widget;
  readonly group: Group;
  readonly label: string;
  /** One sentence: what it does, its unit, its default. */
  readonly help: string;
  readonly of?: "value" | "reply" | "template";
  readonly placeholder?: string;
  readonly choices?: readonly { readonly value: string; readonly label: string; readonly help: string }[];
  readonly when?: { readonly key: string; readonly in: readonly Json[] };
};

/** JSON Schema (2020-12), with references resolved; `editor` is there for every key of an object of the language. */
export type FieldSchema = {
  readonly type?: string;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly anyOf?: readonly FieldSchema[];
  readonly default?: Json;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly editor?: Hint;
};

/** An object of the language; its keys stand in the order of the form. */
export type FormSchema = FieldSchema & { readonly properties: Readonly<Record<string, FieldSchema>> };

export type EditorSchema = {
  readonly plan: FormSchema;
  /** What steps of all kinds have. */
  readonly step: FormSchema;
  /** What stands in `config`. */
  readonly configs: Readonly<Record<StepKind, FormSchema>>;
};

export const EDITOR_SCHEMA: EditorSchema = {
  "plan": {
    "additionalProperties": false,
    "properties": {
      "name": {
        "default": "",
        "editor": {
          "group": "main",
          "help": "What people read in lists and titles.",
          "label": "Name",
          "widget": "text"
        },
        "type": "string"
      },
      "slug": {
        "default": "",
        "editor": {
          "group": "main",
          "help": "The plan's address and name in references: a-z, 0-9 and -.",
          "label": "Slug",
          "widget": "text"
        },
        "type": "string"
      },
      "description": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "main",
          "help": "What the plan is for, in a sentence or two.",
          "label": "Description",
          "widget": "multiline"
        }
      },
      "defaultTitleTemplate": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "main",
          "help": "The title that an activity gets where nobody types one; {{ }} reads inputs and documents.",
          "label": "Title of activities",
          "placeholder": "Invoice {{ .inputs.number }}",
          "widget": "template"
        }
      },
      "defaultDescriptionTemplate": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "main",
          "help": "The description that an activity gets where nobody types one; {{ }} reads inputs and documents.",
          "label": "Description of activities",
          "widget": "template"
        }
      },
      "inputOptions": {
        "default": [],
        "editor": {
          "group": "data",
          "help": "What the start form asks for; steps read it as inputs.<name>.",
          "label": "Inputs",
          "widget": "inputOptions"
        },
        "items": {
          "additionalProperties": false,
          "properties": {
            "name": {
              "default": "",
              "editor": {
                "group": "main",
                "help": "What steps read it by: inputs.<name>.",
                "label": "Name",
                "widget": "text"
              },
              "type": "string"
            },
            "label": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "main",
                "help": "What the form shows; the name by default.",
                "label": "Label",
                "widget": "text"
              }
            },
            "type": {
              "default": "string",
              "editor": {
                "choices": [
                  {
                    "help": "",
                    "label": "Short text",
                    "value": "string"
                  },
                  {
                    "help": "",
                    "label": "Long text",
                    "value": "text"
                  },
                  {
                    "help": "",
                    "label": "Number",
                    "value": "number"
                  },
                  {
                    "help": "",
                    "label": "Whole number",
                    "value": "integer"
                  },
                  {
                    "help": "",
                    "label": "Yes or no",
                    "value": "boolean"
                  },
                  {
                    "help": "",
                    "label": "Date",
                    "value": "date"
                  },
                  {
                    "help": "",
                    "label": "Date and time",
                    "value": "datetime"
                  },
                  {
                    "help": "",
                    "label": "Selection",
                    "value": "selection"
                  },
                  {
                    "help": "",
                    "label": "Object",
                    "value": "object"
                  },
                  {
                    "help": "",
                    "label": "List",
                    "value": "array"
                  },
                  {
                    "help": "",
                    "label": "Cloud model",
                    "value": "cloudModel"
                  },
                  {
                    "help": "",
                    "label": "Cloud embedding",
                    "value": "cloudEmbedding"
                  }
                ],
                "group": "main",
                "help": "What kind of value it is; what is typed is converted to it. Short text by default.",
                "label": "Type",
                "widget": "choice"
              },
              "enum": [
                "string",
                "text",
                "number",
                "integer",
                "boolean",
                "date",
                "datetime",
                "selection",
                "object",
                "array",
                "cloudModel",
                "cloudEmbedding"
              ],
              "type": "string"
            },
            "required": {
              "default": false,
              "editor": {
                "group": "main",
                "help": "Nothing starts without it; off by default.",
                "label": "Required",
                "widget": "switch"
              },
              "type": "boolean"
            },
            "description": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "main",
                "help": "A line below the field that says what to type.",
                "label": "Help",
                "widget": "multiline"
              }
            },
            "default": {
              "default": null,
              "editor": {
                "group": "main",
                "help": "The value that stands in the form at first.",
                "label": "Default",
                "widget": "json"
              }
            },
            "options": {
              "default": [],
              "editor": {
                "group": "main",
                "help": "What a selection offers: values, or {value, label}.",
                "label": "Options",
                "when": {
                  "in": [
                    "selection"
                  ],
                  "key": "type"
                },
                "widget": "json"
              },
              "items": {},
              "type": "array"
            }
          },
          "type": "object"
        },
        "type": "array"
      },
      "inputsSchema": {
        "anyOf": [
          {
            "additionalProperties": true,
            "type": "object"
          },
          {
            "type": "boolean"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "data",
          "help": "A JSON Schema that all inputs together must fit; a start that does not is refused.",
          "label": "Schema of the inputs",
          "widget": "schema"
        }
      },
      "variables": {
        "additionalProperties": true,
        "editor": {
          "group": "data",
          "help": "Settings of the plan with defaults, given anew at a start where needed; input trees read them.",
          "label": "Variables",
          "widget": "variables"
        },
        "type": "object"
      },
      "output": {
        "default": null,
        "editor": {
          "group": "data",
          "help": "What the activity gives as its result when it ends; nothing by default.",
          "label": "Output",
          "widget": "tree"
        }
      },
      "outputSchema": {
        "anyOf": [
          {
            "additionalProperties": true,
            "type": "object"
          },
          {
            "type": "boolean"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "data",
          "help": "A JSON Schema that the output must fit.",
          "label": "Schema of the output",
          "widget": "schema"
        }
      },
      "documentFamilyGroups": {
        "default": [],
        "editor": {
          "group": "documents",
          "help": "The named sets of documents that an activity is started with.",
          "label": "Document groups",
          "widget": "documentGroups"
        },
        "items": {
          "additionalProperties": false,
          "properties": {
            "name": {
              "default": "",
              "editor": {
                "group": "main",
                "help": "What the start form calls the group.",
                "label": "Name",
                "widget": "text"
              },
              "type": "string"
            },
            "notes": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "main",
                "help": "A line that says which documents belong here.",
                "label": "Notes",
                "widget": "multiline"
              }
            },
            "required": {
              "default": false,
              "editor": {
                "group": "main",
                "help": "Nothing starts without a document in it; off by default.",
                "label": "Required",
                "widget": "switch"
              },
              "type": "boolean"
            },
            "maxHits": {
              "anyOf": [
                {
                  "type": "integer"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "How many documents it may hold; no limit by default.",
                "label": "Documents at most",
                "widget": "number"
              }
            },
            "maxPages": {
              "anyOf": [
                {
                  "type": "integer"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "How many pages a document may have; no limit by default.",
                "label": "Pages at most",
                "widget": "number"
              }
            },
            "hardMaxPages": {
              "anyOf": [
                {
                  "type": "integer"
                },
                {
                  "type": "boolean"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "A page limit that refuses the document, or true.",
                "label": "Pages, never more",
                "widget": "json"
              }
            },
            "maxSize": {
              "anyOf": [
                {
                  "type": "integer"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "How many bytes a document may have; no limit by default.",
                "label": "Size at most",
                "widget": "number"
              }
            },
            "uniqueFilenames": {
              "default": false,
              "editor": {
                "group": "more",
                "help": "Refuses two documents of one name; off by default.",
                "label": "Distinct file names",
                "widget": "switch"
              },
              "type": "boolean"
            },
            "automaticallyAdd": {
              "default": false,
              "editor": {
                "group": "more",
                "help": "Takes documents that fit the filter; off by default.",
                "label": "Fill by itself",
                "widget": "switch"
              },
              "type": "boolean"
            },
            "documentFamilyFilter": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "Which documents of the project are offered.",
                "label": "Filter",
                "widget": "text"
              }
            },
            "editable": {
              "anyOf": [
                {
                  "type": "boolean"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "Whether people may change the group at the start.",
                "label": "Can be changed",
                "widget": "switch"
              }
            },
            "uploadOnly": {
              "default": false,
              "editor": {
                "group": "more",
                "help": "Takes no document that is there already; off by default.",
                "label": "Only uploads",
                "widget": "switch"
              },
              "type": "boolean"
            },
            "sort": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "The order in which documents are offered.",
                "label": "Order",
                "widget": "text"
              }
            },
            "titlePrompt": {
              "anyOf": [
                {
                  "type": "string"
                },
                {
                  "type": "null"
                }
              ],
              "default": null,
              "editor": {
                "group": "more",
                "help": "How a model titles the documents.",
                "label": "Title prompt",
                "widget": "multiline"
              }
            },
            "knowledgeFeatures": {
              "default": [],
              "editor": {
                "group": "more",
                "help": "Labels that the documents get.",
                "label": "Features",
                "widget": "json"
              },
              "items": {
                "additionalProperties": true,
                "type": "object"
              },
              "type": "array"
            }
          },
          "type": "object"
        },
        "type": "array"
      },
      "failurePolicy": {
        "default": "any",
        "editor": {
          "choices": [
            {
              "help": "Any step that failed counts.",
              "label": "The activity fails",
              "value": "any"
            },
            {
              "help": "Every step runs; the output decides.",
              "label": "Only if the output needs it",
              "value": "output"
            }
          ],
          "group": "failure",
          "help": "Whether any failed step fails the activity, or only those that the output needs; any by default.",
          "label": "When a step fails",
          "widget": "choice"
        },
        "enum": [
          "any",
          "output"
        ],
        "type": "string"
      },
      "metadata": {
        "additionalProperties": true,
        "editor": {
          "group": "more",
          "help": "With serializePerProject, one activity of the plan runs at a time; with aiNaming, a model titles it.",
          "label": "Metadata",
          "widget": "json"
        },
        "type": "object"
      },
      "test": {
        "anyOf": [
          {
            "additionalProperties": true,
            "type": "object"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "more",
          "help": "Mocks and cases; the Try panel keeps them.",
          "label": "Test cases",
          "widget": "hidden"
        }
      },
      "steps": {
        "type": "array",
        "editor": {
          "group": "more",
          "help": "The steps, in plan order; the canvas and the outline show them.",
          "label": "Steps",
          "widget": "hidden"
        }
      },
      "layout": {
        "additionalProperties": true,
        "editor": {
          "group": "more",
          "help": "Where the author placed the steps; no part of a version's meaning.",
          "label": "Layout",
          "widget": "hidden"
        },
        "type": "object"
      }
    },
    "type": "object"
  },
  "step": {
    "additionalProperties": false,
    "properties": {
      "name": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "main",
          "help": "What people read; the slug by default.",
          "label": "Name",
          "widget": "text"
        }
      },
      "slug": {
        "editor": {
          "group": "main",
          "help": "The step's name in dependencies and expressions: a-z, 0-9, _ and -. Renaming reaches all.",
          "label": "Slug",
          "widget": "text"
        },
        "type": "string"
      },
      "kind": {
        "editor": {
          "group": "main",
          "help": "What the step does.",
          "label": "Kind",
          "widget": "hidden"
        },
        "enum": [
          "EXECUTION",
          "SCRIPT",
          "BRIDGE_CALL",
          "LLM",
          "AGENT",
          "CREATE_TASK",
          "APPROVAL",
          "PLAN"
        ],
        "type": "string"
      },
      "description": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "main",
          "help": "What the step is for; shown beside it.",
          "label": "About this step",
          "widget": "multiline"
        }
      },
      "config": {
        "type": "object",
        "editor": {
          "group": "main",
          "help": "The keys of the kind.",
          "label": "Configuration",
          "widget": "hidden"
        }
      },
      "dependsOn": {
        "default": [],
        "editor": {
          "group": "when",
          "help": "The steps this one waits for: all of them. With an action, only if the step ended with it; with ?, however it settled.",
          "label": "Depends on",
          "widget": "dependsOn"
        },
        "items": {
          "pattern": "^[^:?\\s]+\\??(:[^:?\\s]+\\??)?$",
          "type": "string"
        },
        "type": "array"
      },
      "conditionExpr": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "when",
          "help": "Runs the step only if this JSONata is true; anything else leaves it not taken. Always, by default.",
          "label": "Condition",
          "placeholder": "inputs.total > 1000",
          "widget": "jsonata"
        }
      },
      "skipIf": {
        "default": null,
        "editor": {
          "group": "when",
          "help": "Skips the step if this value is truthy; it is evaluated before the input.",
          "label": "Skip if",
          "widget": "tree"
        }
      },
      "bypass": {
        "default": false,
        "editor": {
          "group": "when",
          "help": "Always skips the step, as if it were done; off by default.",
          "label": "Bypass",
          "widget": "switch"
        },
        "type": "boolean"
      },
      "input": {
        "default": null,
        "editor": {
          "group": "data",
          "help": "Values for the step, with references to results of others; a reference implies waiting for that step.",
          "label": "Input",
          "widget": "tree"
        }
      },
      "inputSchema": {
        "anyOf": [
          {
            "additionalProperties": true,
            "type": "object"
          },
          {
            "type": "boolean"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "data",
          "help": "A JSON Schema that the input must fit.",
          "label": "Schema of the input",
          "widget": "schema"
        }
      },
      "outputSchema": {
        "anyOf": [
          {
            "additionalProperties": true,
            "type": "object"
          },
          {
            "type": "boolean"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "data",
          "help": "A JSON Schema that the result must fit.",
          "label": "Schema of the result",
          "widget": "schema"
        }
      },
      "onError": {
        "additionalProperties": false,
        "properties": {
          "action": {
            "default": "fail",
            "editor": {
              "choices": [
                {
                  "help": "What comes after it is blocked.",
                  "label": "The step fails",
                  "value": "fail"
                },
                {
                  "help": "As often as said; then it fails, or goes on with the default.",
                  "label": "It is tried again",
                  "value": "retry"
                },
                {
                  "help": "Completed, with the default output as its result.",
                  "label": "It goes on",
                  "value": "continue"
                },
                {
                  "help": "What comes after it goes on without its result.",
                  "label": "It is skipped",
                  "value": "skip"
                }
              ],
              "group": "failure",
              "help": "What becomes of a step that failed for good; it fails, by default.",
              "label": "Then",
              "widget": "choice"
            },
            "enum": [
              "fail",
              "continue",
              "skip",
              "retry"
            ],
            "type": "string"
          },
          "maxRetries": {
            "default": 3,
            "editor": {
              "group": "failure",
              "help": "How often it is tried again after the first attempt; 3 by default.",
              "label": "Retries",
              "when": {
                "in": [
                  "retry"
                ],
                "key": "action"
              },
              "widget": "number"
            },
            "minimum": 0,
            "type": "integer"
          },
          "defaultOutput": {
            "default": null,
            "editor": {
              "group": "failure",
              "help": "The result that stands in for the one that failed.",
              "label": "Default output",
              "when": {
                "in": [
                  "continue",
                  "retry"
                ],
                "key": "action"
              },
              "widget": "json"
            }
          }
        },
        "type": "object",
        "editor": {
          "group": "failure",
          "help": "What a failure of the step becomes: fail, by default.",
          "label": "On failure",
          "widget": "object"
        }
      },
      "executionPolicy": {
        "additionalProperties": false,
        "properties": {
          "timeoutSeconds": {
            "anyOf": [
              {
                "exclusiveMinimum": 0,
                "type": "integer"
              },
              {
                "exclusiveMinimum": 0,
                "type": "number"
              },
              {
                "type": "null"
              }
            ],
            "default": null,
            "editor": {
              "group": "failure",
              "help": "Seconds after which the step is cut off; the limit of its kind by default.",
              "label": "Timeout",
              "widget": "number"
            }
          },
          "maxAttempts": {
            "default": 1,
            "editor": {
              "group": "failure",
              "help": "How often the step is tried in all; once by default.",
              "label": "Attempts",
              "widget": "number"
            },
            "minimum": 1,
            "type": "integer"
          },
          "backoff": {
            "default": "exponential",
            "editor": {
              "choices": [
                {
                  "help": "",
                  "label": "None",
                  "value": "immediate"
                },
                {
                  "help": "1, 2, 3 times the base.",
                  "label": "Linear",
                  "value": "linear"
                },
                {
                  "help": "1, 2, 4 times the base.",
                  "label": "Exponential",
                  "value": "exponential"
                }
              ],
              "group": "failure",
              "help": "How the pause grows from one attempt to the next; exponential by default.",
              "label": "Pause between attempts",
              "widget": "choice"
            },
            "enum": [
              "immediate",
              "linear",
              "exponential"
            ],
            "type": "string"
          },
          "backoffBaseSeconds": {
            "anyOf": [
              {
                "minimum": 0,
                "type": "integer"
              },
              {
                "minimum": 0,
                "type": "number"
              }
            ],
            "default": 1,
            "editor": {
              "group": "failure",
              "help": "Seconds of the first pause; 1 by default.",
              "label": "Base of the pause",
              "widget": "number"
            }
          },
          "onExhausted": {
            "default": "fail",
            "editor": {
              "choices": [
                {
                  "help": "",
                  "label": "It fails",
                  "value": "fail"
                },
                {
                  "help": "",
                  "label": "It is skipped",
                  "value": "skip"
                }
              ],
              "group": "failure",
              "help": "What becomes of the step after its last attempt; it fails, by default.",
              "label": "When attempts run out",
              "widget": "choice"
            },
            "enum": [
              "fail",
              "skip"
            ],
            "type": "string"
          }
        },
        "type": "object",
        "editor": {
          "group": "failure",
          "help": "How long the step may take, and how often it is tried.",
          "label": "Time and attempts",
          "widget": "object"
        }
      },
      "mustExecute": {
        "default": false,
        "editor": {
          "group": "failure",
          "help": "Its failure always counts where only failures that the output needs do; off by default.",
          "label": "Must succeed",
          "widget": "switch"
        },
        "type": "boolean"
      },
      "setDocumentStatus": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "documents",
          "help": "The status that the activity's documents get when the step completes; none by default.",
          "label": "Document status",
          "widget": "documentStatus"
        }
      },
      "badges": {
        "default": [],
        "editor": {
          "group": "more",
          "help": "Marks of the step; promoted ones are put on the activity.",
          "label": "Badges",
          "widget": "badges"
        },
        "items": {
          "additionalProperties": true,
          "type": "object"
        },
        "type": "array"
      },
      "metadata": {
        "additionalProperties": true,
        "editor": {
          "group": "more",
          "help": "Anything you like; the engine does not read it.",
          "label": "Metadata",
          "widget": "json"
        },
        "type": "object"
      },
      "uuid": {
        "anyOf": [
          {
            "type": "string"
          },
          {
            "type": "null"
          }
        ],
        "default": null,
        "editor": {
          "group": "more",
          "help": "An old name of the step; saving drops it.",
          "label": "Legacy uuid",
          "widget": "hidden"
        }
      }
    },
    "required": [
      "slug",
      "kind"
    ],
    "type": "object"
  },
  "configs": {
    "EXECUTION": {
      "additionalProperties": false,
      "properties": {
        "moduleRef": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "The program that the step runs.",
            "label": "Module",
            "widget": "module"
          },
          "type": "string"
        },
        "moduleOptions": {
          "additionalProperties": true,
          "editor": {
            "group": "main",
            "help": "What the module is told; {{ }} in texts reads inputs and steps.",
            "label": "Options",
            "widget": "moduleOptions"
          },
          "type": "object"
        },
        "maxParallel": {
          "default": 5,
          "editor": {
            "group": "documents",
            "help": "How many documents are worked on at the same time; 5 by default.",
            "label": "At once",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "number"
          },
          "minimum": 1,
          "type": "integer"
        },
        "maxFailed": {
          "anyOf": [
            {
              "minimum": 0,
              "type": "integer"
            },
            {
              "pattern": "^(100|\\d{1,2}(\\.\\d+)?)%$",
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "documents",
            "help": "How many documents may fail, a count or a share (10%), before the rest is given up; no limit by default.",
            "label": "Failures tolerated",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "share"
          }
        },
        "perDocument": {
          "default": false,
          "editor": {
            "group": "documents",
            "help": "Runs once for each document of the activity; off by default.",
            "label": "Per document",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "joinPolicy": {
          "default": "ALL_SETTLED",
          "editor": {
            "choices": [
              {
                "help": "However each of them ended.",
                "label": "All are settled",
                "value": "ALL_SETTLED"
              },
              {
                "help": "A document that failed fails the step.",
                "label": "All completed",
                "value": "ALL_COMPLETED"
              },
              {
                "help": "The first that completes, completes the step.",
                "label": "One completed",
                "value": "ANY_COMPLETED"
              },
              {
                "help": "Each document goes on by the branch that it took.",
                "label": "Branches meet",
                "value": "ANY_BRANCH"
              }
            ],
            "group": "documents",
            "help": "When a step that runs per document is done; when all documents are settled, by default.",
            "label": "Is done when",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "choice"
          },
          "enum": [
            "ALL_SETTLED",
            "ALL_COMPLETED",
            "ANY_COMPLETED",
            "ANY_BRANCH"
          ],
          "type": "string"
        }
      },
      "type": "object",
      "required": [
        "moduleRef"
      ]
    },
    "SCRIPT": {
      "additionalProperties": false,
      "properties": {
        "scriptBody": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "The body of a JavaScript function: it reads inputs, steps and families, and returns an object.",
            "label": "Script",
            "placeholder": "return {total: inputs.total};",
            "widget": "script"
          },
          "type": "string"
        },
        "scriptActions": {
          "default": [],
          "editor": {
            "group": "main",
            "help": "How the script may end: it returns {action: …} with one of them.",
            "label": "Actions",
            "widget": "actions"
          },
          "items": {
            "additionalProperties": false,
            "properties": {
              "slug": {
                "editor": {
                  "group": "main",
                  "help": "What edges and scripts call it: a-z, 0-9, _ and -.",
                  "label": "Slug",
                  "widget": "text"
                },
                "type": "string"
              },
              "name": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "main",
                  "help": "What people read; a reply that names it is matched, whatever the case.",
                  "label": "Name",
                  "widget": "text"
                }
              },
              "label": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "What is shown instead of the name.",
                  "label": "Label",
                  "widget": "text"
                }
              },
              "description": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "When the step ends with it.",
                  "label": "Description",
                  "widget": "text"
                }
              },
              "properties": {
                "type": "object",
                "additionalProperties": true,
                "editor": {
                  "group": "more",
                  "help": "Anything you like; the engine does not read it.",
                  "label": "Properties",
                  "widget": "json"
                }
              },
              "uuid": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "An old name of the action; saving drops it.",
                  "label": "Legacy uuid",
                  "widget": "hidden"
                }
              }
            },
            "required": [
              "slug"
            ],
            "type": "object"
          },
          "type": "array"
        },
        "scriptSidecars": {
          "default": [],
          "editor": {
            "group": "more",
            "help": "Script modules of the organization that run before the script.",
            "label": "Modules",
            "widget": "sidecars"
          },
          "items": {
            "type": "string"
          },
          "type": "array"
        },
        "perDocument": {
          "default": false,
          "editor": {
            "group": "documents",
            "help": "Runs once for each document of the activity; off by default.",
            "label": "Per document",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "joinPolicy": {
          "default": "ALL_SETTLED",
          "editor": {
            "choices": [
              {
                "help": "However each of them ended.",
                "label": "All are settled",
                "value": "ALL_SETTLED"
              },
              {
                "help": "A document that failed fails the step.",
                "label": "All completed",
                "value": "ALL_COMPLETED"
              },
              {
                "help": "The first that completes, completes the step.",
                "label": "One completed",
                "value": "ANY_COMPLETED"
              },
              {
                "help": "Each document goes on by the branch that it took.",
                "label": "Branches meet",
                "value": "ANY_BRANCH"
              }
            ],
            "group": "documents",
            "help": "When a step that runs per document is done; when all documents are settled, by default.",
            "label": "Is done when",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "choice"
          },
          "enum": [
            "ALL_SETTLED",
            "ALL_COMPLETED",
            "ANY_COMPLETED",
            "ANY_BRANCH"
          ],
          "type": "string"
        }
      },
      "type": "object",
      "required": [
        "scriptBody"
      ]
    },
    "BRIDGE_CALL": {
      "additionalProperties": false,
      "properties": {
        "serviceBridgeRef": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "The service that is called.",
            "label": "Service bridge",
            "widget": "bridge"
          },
          "type": "string"
        },
        "endpointName": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "What is asked of it.",
            "label": "Endpoint",
            "widget": "endpoint"
          },
          "type": "string"
        },
        "requestPath": {
          "anyOf": [
            {
              "additionalProperties": true,
              "type": "object"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "data",
            "help": "A value for each {token} of the endpoint's path: JSONata, or text with {{ }}.",
            "label": "Path values",
            "of": "value",
            "widget": "keyValues"
          }
        },
        "requestQuery": {
          "anyOf": [
            {
              "additionalProperties": true,
              "type": "object"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "data",
            "help": "What stands behind the ? of the address: JSONata, or text with {{ }}.",
            "label": "Query",
            "of": "value",
            "widget": "keyValues"
          }
        },
        "requestHeaders": {
          "anyOf": [
            {
              "additionalProperties": true,
              "type": "object"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "data",
            "help": "Headers beside those of the bridge: JSONata, or text with {{ }}.",
            "label": "Headers",
            "of": "value",
            "widget": "keyValues"
          }
        },
        "requestBody": {
          "default": null,
          "editor": {
            "group": "data",
            "help": "The JSON that is sent; each text is JSONata, or text with {{ }}.",
            "label": "Body",
            "of": "value",
            "widget": "keyValues"
          }
        },
        "requestScript": {
          "anyOf": [
            {
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "data",
            "help": "JavaScript that returns {body, query, path, headers}; instead of the fields above.",
            "label": "Request script",
            "widget": "script"
          }
        },
        "outputMapping": {
          "additionalProperties": true,
          "editor": {
            "group": "data",
            "help": "Names for parts of the answer: JSONata over the body, _body and _statusCode.",
            "label": "Result",
            "of": "reply",
            "widget": "keyValues"
          },
          "type": "object"
        },
        "treatAsError": {
          "anyOf": [
            {
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "failure",
            "help": "JSONata over the answer that makes it a failure; a status outside 200-299, by default.",
            "label": "Is an error if",
            "placeholder": "_statusCode >= 500",
            "widget": "jsonata"
          }
        },
        "bridgeActions": {
          "default": [],
          "editor": {
            "group": "main",
            "help": "How the call may end: the action that the mapping, or the body, names.",
            "label": "Actions",
            "widget": "actions"
          },
          "items": {
            "additionalProperties": false,
            "properties": {
              "slug": {
                "editor": {
                  "group": "main",
                  "help": "What edges and scripts call it: a-z, 0-9, _ and -.",
                  "label": "Slug",
                  "widget": "text"
                },
                "type": "string"
              },
              "name": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "main",
                  "help": "What people read; a reply that names it is matched, whatever the case.",
                  "label": "Name",
                  "widget": "text"
                }
              },
              "label": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "What is shown instead of the name.",
                  "label": "Label",
                  "widget": "text"
                }
              },
              "description": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "When the step ends with it.",
                  "label": "Description",
                  "widget": "text"
                }
              },
              "properties": {
                "type": "object",
                "additionalProperties": true,
                "editor": {
                  "group": "more",
                  "help": "Anything you like; the engine does not read it.",
                  "label": "Properties",
                  "widget": "json"
                }
              },
              "uuid": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "An old name of the action; saving drops it.",
                  "label": "Legacy uuid",
                  "widget": "hidden"
                }
              }
            },
            "required": [
              "slug"
            ],
            "type": "object"
          },
          "type": "array"
        },
        "timeoutSeconds": {
          "anyOf": [
            {
              "type": "integer"
            },
            {
              "type": "number"
            }
          ],
          "default": 30,
          "editor": {
            "group": "failure",
            "help": "Seconds that the answer may take; 30 by default, 120 at most.",
            "label": "Timeout of the call",
            "widget": "number"
          },
          "exclusiveMinimum": 0
        },
        "disableCache": {
          "default": false,
          "editor": {
            "group": "more",
            "help": "Always calls, where the endpoint keeps its answers; off by default.",
            "label": "No cache",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "perDocument": {
          "default": false,
          "editor": {
            "group": "documents",
            "help": "Runs once for each document of the activity; off by default.",
            "label": "Per document",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "joinPolicy": {
          "default": "ALL_SETTLED",
          "editor": {
            "choices": [
              {
                "help": "However each of them ended.",
                "label": "All are settled",
                "value": "ALL_SETTLED"
              },
              {
                "help": "A document that failed fails the step.",
                "label": "All completed",
                "value": "ALL_COMPLETED"
              },
              {
                "help": "The first that completes, completes the step.",
                "label": "One completed",
                "value": "ANY_COMPLETED"
              },
              {
                "help": "Each document goes on by the branch that it took.",
                "label": "Branches meet",
                "value": "ANY_BRANCH"
              }
            ],
            "group": "documents",
            "help": "When a step that runs per document is done; when all documents are settled, by default.",
            "label": "Is done when",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "choice"
          },
          "enum": [
            "ALL_SETTLED",
            "ALL_COMPLETED",
            "ANY_COMPLETED",
            "ANY_BRANCH"
          ],
          "type": "string"
        }
      },
      "type": "object",
      "required": [
        "serviceBridgeRef",
        "endpointName"
      ]
    },
    "LLM": {
      "additionalProperties": false,
      "properties": {
        "promptBody": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "What the model is asked; {{ }} reads inputs and steps, {name} the variables below.",
            "label": "Prompt",
            "widget": "template"
          },
          "type": "string"
        },
        "promptTemplateRef": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "A prompt of the organization, instead of one here.",
            "label": "Prompt template",
            "widget": "prompt"
          },
          "type": "string"
        },
        "llmModelName": {
          "default": "SMALL",
          "editor": {
            "group": "main",
            "help": "SMALL, LARGE or the id of a model; SMALL by default.",
            "label": "Model",
            "widget": "model"
          },
          "type": "string"
        },
        "promptVariables": {
          "additionalProperties": true,
          "editor": {
            "group": "data",
            "help": "Values for {name} in the prompt: JSONata, or text with {{ }}.",
            "label": "Variables",
            "of": "value",
            "widget": "keyValues"
          },
          "type": "object"
        },
        "includeDocument": {
          "anyOf": [
            {
              "type": "boolean"
            },
            {
              "additionalProperties": true,
              "type": "object"
            }
          ],
          "default": false,
          "editor": {
            "group": "documents",
            "help": "Gives the prompt the text of the document; true, or {maxPages, maxCharacters}. Off by default.",
            "label": "Include the document",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "json"
          }
        },
        "enrichment": {
          "default": [],
          "editor": {
            "group": "data",
            "help": "Calls of service bridges before the prompt, which reads them as enrichment.",
            "label": "Look-ups",
            "widget": "enrichment"
          },
          "items": {
            "additionalProperties": true,
            "type": "object"
          },
          "type": "array"
        },
        "outputMapping": {
          "additionalProperties": true,
          "editor": {
            "group": "data",
            "help": "Names for parts of the reply: JSONata over its JSON, or over {response}.",
            "label": "Result",
            "of": "reply",
            "widget": "keyValues"
          },
          "type": "object"
        },
        "promptActions": {
          "default": [],
          "editor": {
            "group": "main",
            "help": "How the step may end: the action that the mapping, or the reply, names.",
            "label": "Actions",
            "widget": "actions"
          },
          "items": {
            "additionalProperties": false,
            "properties": {
              "slug": {
                "editor": {
                  "group": "main",
                  "help": "What edges and scripts call it: a-z, 0-9, _ and -.",
                  "label": "Slug",
                  "widget": "text"
                },
                "type": "string"
              },
              "name": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "main",
                  "help": "What people read; a reply that names it is matched, whatever the case.",
                  "label": "Name",
                  "widget": "text"
                }
              },
              "label": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "What is shown instead of the name.",
                  "label": "Label",
                  "widget": "text"
                }
              },
              "description": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "When the step ends with it.",
                  "label": "Description",
                  "widget": "text"
                }
              },
              "properties": {
                "type": "object",
                "additionalProperties": true,
                "editor": {
                  "group": "more",
                  "help": "Anything you like; the engine does not read it.",
                  "label": "Properties",
                  "widget": "json"
                }
              },
              "uuid": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "An old name of the action; saving drops it.",
                  "label": "Legacy uuid",
                  "widget": "hidden"
                }
              }
            },
            "required": [
              "slug"
            ],
            "type": "object"
          },
          "type": "array"
        },
        "perDocument": {
          "default": false,
          "editor": {
            "group": "documents",
            "help": "Runs once for each document of the activity; off by default.",
            "label": "Per document",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "joinPolicy": {
          "default": "ALL_SETTLED",
          "editor": {
            "choices": [
              {
                "help": "However each of them ended.",
                "label": "All are settled",
                "value": "ALL_SETTLED"
              },
              {
                "help": "A document that failed fails the step.",
                "label": "All completed",
                "value": "ALL_COMPLETED"
              },
              {
                "help": "The first that completes, completes the step.",
                "label": "One completed",
                "value": "ANY_COMPLETED"
              },
              {
                "help": "Each document goes on by the branch that it took.",
                "label": "Branches meet",
                "value": "ANY_BRANCH"
              }
            ],
            "group": "documents",
            "help": "When a step that runs per document is done; when all documents are settled, by default.",
            "label": "Is done when",
            "when": {
              "in": [
                true
              ],
              "key": "perDocument"
            },
            "widget": "choice"
          },
          "enum": [
            "ALL_SETTLED",
            "ALL_COMPLETED",
            "ANY_COMPLETED",
            "ANY_BRANCH"
          ],
          "type": "string"
        }
      },
      "type": "object"
    },
    "AGENT": {
      "additionalProperties": false,
      "properties": {
        "agentRuntimeRef": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "The runtime that carries the agent.",
            "label": "Agent runtime",
            "widget": "agentRuntime"
          },
          "type": "string"
        },
        "prompt": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "What the agent is asked to do; {{ }} reads inputs and steps.",
            "label": "Task of the agent",
            "widget": "template"
          },
          "type": "string"
        },
        "moduleRefs": {
          "default": [],
          "editor": {
            "group": "main",
            "help": "Modules that the agent may use, beside those of its runtime.",
            "label": "Tools",
            "widget": "modules"
          },
          "items": {
            "type": "string"
          },
          "type": "array"
        }
      },
      "type": "object",
      "required": [
        "agentRuntimeRef"
      ]
    },
    "CREATE_TASK": {
      "additionalProperties": false,
      "properties": {
        "taskTemplateRef": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "The form, the actions and the people of the task.",
            "label": "Task template",
            "widget": "taskTemplate"
          },
          "type": "string"
        },
        "title": {
          "anyOf": [
            {
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "main",
            "help": "What the inbox shows; the template's title by default.",
            "label": "Title",
            "widget": "template"
          }
        },
        "description": {
          "anyOf": [
            {
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "main",
            "help": "What the person should know; {{ }} reads inputs and steps.",
            "label": "Description",
            "widget": "template"
          }
        },
        "taskStatusSlug": {
          "anyOf": [
            {
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "main",
            "help": "The status that the task begins with.",
            "label": "Status at first",
            "widget": "taskStatus"
          }
        },
        "priority": {
          "anyOf": [
            {
              "type": "integer"
            },
            {
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "main",
            "help": "1 is highest, 5 lowest; the template's, by default. {{ }} may read it.",
            "label": "Priority",
            "widget": "template"
          }
        },
        "taskData": {
          "additionalProperties": true,
          "editor": {
            "group": "data",
            "help": "What stands in the form at first, as data; {{ }} reads inputs and steps.",
            "label": "Data",
            "of": "template",
            "widget": "keyValues"
          },
          "type": "object"
        },
        "waitForCompletion": {
          "default": true,
          "editor": {
            "group": "when",
            "help": "Goes on only when the task is finished; off, the step completes at once. On by default.",
            "label": "Wait for the person",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "actions": {
          "default": [],
          "editor": {
            "group": "more",
            "help": "A copy of the template's actions; it decides nothing.",
            "label": "Actions",
            "widget": "hidden"
          },
          "items": {
            "additionalProperties": false,
            "properties": {
              "slug": {
                "editor": {
                  "group": "main",
                  "help": "What edges and scripts call it: a-z, 0-9, _ and -.",
                  "label": "Slug",
                  "widget": "text"
                },
                "type": "string"
              },
              "name": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "main",
                  "help": "What people read; a reply that names it is matched, whatever the case.",
                  "label": "Name",
                  "widget": "text"
                }
              },
              "label": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "What is shown instead of the name.",
                  "label": "Label",
                  "widget": "text"
                }
              },
              "description": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "When the step ends with it.",
                  "label": "Description",
                  "widget": "text"
                }
              },
              "properties": {
                "type": "object",
                "additionalProperties": true,
                "editor": {
                  "group": "more",
                  "help": "Anything you like; the engine does not read it.",
                  "label": "Properties",
                  "widget": "json"
                }
              },
              "uuid": {
                "anyOf": [
                  {
                    "type": "string"
                  },
                  {
                    "type": "null"
                  }
                ],
                "default": null,
                "editor": {
                  "group": "more",
                  "help": "An old name of the action; saving drops it.",
                  "label": "Legacy uuid",
                  "widget": "hidden"
                }
              }
            },
            "required": [
              "slug"
            ],
            "type": "object"
          },
          "type": "array"
        }
      },
      "type": "object",
      "required": [
        "taskTemplateRef"
      ]
    },
    "APPROVAL": {
      "additionalProperties": false,
      "properties": {
        "approverRole": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "Everybody with the role may decide.",
            "label": "Approver role",
            "widget": "role"
          },
          "type": "string"
        },
        "approvers": {
          "default": [],
          "editor": {
            "group": "main",
            "help": "People who may decide, by user name.",
            "label": "Approvers",
            "widget": "people"
          },
          "items": {
            "type": "string"
          },
          "type": "array"
        },
        "quorum": {
          "anyOf": [
            {
              "minimum": 1,
              "type": "integer"
            },
            {
              "const": "all",
              "type": "string"
            },
            {
              "pattern": "^(100|\\d{1,2}(\\.\\d+)?)%$",
              "type": "string"
            }
          ],
          "default": 1,
          "editor": {
            "group": "main",
            "help": "How many must approve: a count, all, or a share (60%); 1 by default.",
            "label": "Approvals needed",
            "widget": "quorum"
          }
        },
        "rejectOn": {
          "anyOf": [
            {
              "minimum": 1,
              "type": "integer"
            },
            {
              "const": "first",
              "type": "string"
            },
            {
              "pattern": "^(100|\\d{1,2}(\\.\\d+)?)%$",
              "type": "string"
            }
          ],
          "default": "first",
          "editor": {
            "group": "main",
            "help": "How many rejections reject it: first, a count or a share (40%); first by default.",
            "label": "Rejected by",
            "widget": "quorum"
          }
        },
        "requireComment": {
          "default": false,
          "editor": {
            "group": "main",
            "help": "A decision needs a comment; off by default.",
            "label": "Comment required",
            "widget": "switch"
          },
          "type": "boolean"
        },
        "approvalCriteria": {
          "additionalProperties": true,
          "editor": {
            "group": "when",
            "help": "What the decision is about; a condition (JSONata) that is false approves without asking.",
            "label": "Criteria",
            "widget": "json"
          },
          "type": "object"
        },
        "dueInHours": {
          "anyOf": [
            {
              "anyOf": [
                {
                  "type": "integer"
                },
                {
                  "type": "number"
                }
              ],
              "exclusiveMinimum": 0
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "when",
            "help": "Hours that the decision may take; no limit by default.",
            "label": "Due in",
            "widget": "number"
          }
        },
        "onDue": {
          "anyOf": [
            {
              "enum": [
                "approve",
                "reject",
                "cancel",
                "escalate"
              ],
              "type": "string"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "choices": [
              {
                "help": "",
                "label": "It is approved",
                "value": "approve"
              },
              {
                "help": "",
                "label": "It is rejected",
                "value": "reject"
              },
              {
                "help": "",
                "label": "It is cancelled",
                "value": "cancel"
              },
              {
                "help": "",
                "label": "Others may decide too",
                "value": "escalate"
              }
            ],
            "group": "when",
            "help": "What becomes of it when the time has passed; nothing by default.",
            "label": "When overdue",
            "widget": "choice"
          }
        },
        "escalateTo": {
          "anyOf": [
            {
              "type": "string"
            },
            {
              "items": {
                "type": "string"
              },
              "type": "array"
            },
            {
              "type": "null"
            }
          ],
          "default": null,
          "editor": {
            "group": "when",
            "help": "The role or the people who may decide once it is overdue.",
            "label": "Escalate to",
            "when": {
              "in": [
                "escalate"
              ],
              "key": "onDue"
            },
            "widget": "people"
          }
        },
        "distinctFrom": {
          "default": [],
          "editor": {
            "group": "more",
            "help": "Who acted in these steps may not decide here.",
            "label": "Four eyes",
            "widget": "steps"
          },
          "items": {
            "type": "string"
          },
          "type": "array"
        },
        "allowOwnRequest": {
          "default": false,
          "editor": {
            "group": "more",
            "help": "Who started the activity may decide, too; off by default.",
            "label": "Own requests",
            "widget": "switch"
          },
          "type": "boolean"
        }
      },
      "type": "object"
    },
    "PLAN": {
      "additionalProperties": false,
      "properties": {
        "activityPlanRef": {
          "default": "",
          "editor": {
            "group": "main",
            "help": "The plan that is run as a child activity.",
            "label": "Plan",
            "widget": "plan"
          },
          "type": "string"
        },
        "inputs": {
          "additionalProperties": true,
          "editor": {
            "group": "data",
            "help": "What the child is started with: JSONata, or text with {{ }}.",
            "label": "Inputs",
            "of": "value",
            "widget": "planInputs"
          },
          "type": "object"
        }
      },
      "type": "object",
      "required": [
        "activityPlanRef"
      ]
    }
  }
};
