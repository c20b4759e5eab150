/** The dialog that is open over the editor, if one is. */
import { useEditor } from "../store";
import { SaveDialog } from "./SaveDialog";

export function Dialogs() {
  const dialog = useEditor((state) => state.dialog);
  if (dialog?.kind === "save") return <SaveDialog />;
  return null;
}
