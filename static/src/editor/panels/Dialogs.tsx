/** The dialog that is open over the editor, if one is. */
import { useEditor } from "../store";
import { AddDialog, ConnectDialog, SearchDialog } from "./choices";
import { MergeDialog } from "./MergeDialog";
import { SaveDialog } from "./SaveDialog";
import { VersionsDialog } from "./VersionsDialog";

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
      return <MergeDialog />;
    case "versions":
      return <VersionsDialog />;
    case "settings":
    case null:
      return null;
    default: {
      const _: never = kind;
      return _;
    }
  }
}
