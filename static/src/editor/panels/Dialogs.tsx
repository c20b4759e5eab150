/** The dialog that is open over the editor, if one is. */
import { useEditor } from "../store";
import { AddDialog, ConnectDialog, SearchDialog } from "./choices";
import { SaveDialog } from "./SaveDialog";

export function Dialogs() {
  const kind = useEditor((state) => state.dialog?.kind ?? null);
  switch (kind) {
    case "save":
      return <SaveDialog />;
    case "add":
      return <AddDialog />;
    case "search":
      return <SearchDialog />;
    case "connect":
      return <ConnectDialog />;
    case "merge":
    case "settings":
    case "versions":
    case null:
      return null;
    default: {
      const _: never = kind;
      return _;
    }
  }
}
