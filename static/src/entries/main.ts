/** Loaded by every page: the look, htmx, and the small habits that need no island. */
import "htmx.org";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/frame.css";
import "../shared/overlays.css";
import "../shared/controls.css";
import "../shared/data.css";
import "../shared/pieces.css";
import { startConfirms } from "../shared/ui/confirm";
import { startDropzones } from "../shared/ui/dropzone";
import { startForms } from "../shared/ui/forms";
import { startCopy, startFillIn, startMenus, startTimes } from "../shared/ui/page";
import { startPalette } from "../shared/ui/palette";
import { startShortcuts } from "../shared/ui/shortcuts";
import { startTheme } from "../shared/ui/theme";
import { startToasts } from "../shared/ui/toast";

startTheme();
startToasts();
startConfirms();
startMenus();
startCopy();
startTimes();
startFillIn();
startForms();
startDropzones();
startPalette();
startShortcuts();
