/** The plan editor's island. */
import { Editor } from "../editor/Editor";
import { mountIslands } from "../shared/island";

mountIslands("editor", Editor);
