/** The dialog that is open over the editor, if one is. */
import { useEditor } from "../store";
import { AddDialog, ConnectDialog, SearchDialog } from "./choices";
import { FieldDialog } from "./FieldDialog";
import { MergeDialog } from "./MergeDialog";
import { PlanSettings } from "./PlanSettings";
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
    case "field":
      return <FieldDialog />;
    case "merge":
      return <MergeDialog />;
    case "versions":
      return <VersionsDialog />;
    case "settings":
      return <PlanSettings />;
    case null:
      return null;
    default: {
      const _: never = kind;
      return _;
    }
  }
}
