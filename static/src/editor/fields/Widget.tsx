/** The widget that a hint asks for. */
import { ActionsWidget } from "./Actions";
import { AmountWidget } from "./Amount";
import { BadgesWidget } from "./Badges";
import { JsonWidget, TextCodeWidget } from "./code";
import { DependsOnWidget } from "./DependsOn";
import { DocumentGroupsWidget } from "./DocumentGroups";
import { EnrichmentWidget } from "./Enrichment";
import { InputOptionsWidget } from "./InputOptions";
import { KeyValuesWidget } from "./KeyValues";
import { ModuleOptionsWidget } from "./ModuleOptions";
import { ObjectWidget } from "./ObjectWidget";
import { ListWidget, PickerWidget } from "./pickers";
import { SchemaWidget } from "./SchemaWidget";
import { TreeWidget } from "./Tree";
import { ChoiceWidget, MultilineWidget, NumberWidget, SwitchWidget, TextWidget } from "./texts";
import { VariablesWidget } from "./Variables";
import type { WidgetProps } from "./widget";

export function Widget(props: WidgetProps) {
  const { widget } = props.hint;
  switch (widget) {
    case "text":
      return <TextWidget {...props} />;
    case "multiline":
      return <MultilineWidget {...props} />;
    case "number":
      return <NumberWidget {...props} />;
    case "switch":
      return <SwitchWidget {...props} />;
    case "choice":
      return <ChoiceWidget {...props} />;
    case "jsonata":
    case "script":
    case "template":
      return (
        <TextCodeWidget {...props} language={widget === "jsonata" && isOverReply(props) ? "reply" : widget} />
      );
    case "json":
      return <JsonWidget {...props} language="json" />;
    case "tree":
      return <TreeWidget {...props} />;
    case "schema":
      return <SchemaWidget {...props} />;
    case "keyValues":
    case "planInputs":
      return <KeyValuesWidget {...props} />;
    case "actions":
      return <ActionsWidget {...props} />;
    case "moduleOptions":
      return <ModuleOptionsWidget {...props} />;
    case "module":
    case "bridge":
    case "endpoint":
    case "taskTemplate":
    case "taskStatus":
    case "prompt":
    case "agentRuntime":
    case "role":
    case "plan":
    case "model":
    case "documentStatus":
      return <PickerWidget {...props} />;
    case "people":
    case "steps":
    case "sidecars":
    case "modules":
    case "slugList":
      return <ListWidget {...props} />;
    case "share":
    case "quorum":
      return <AmountWidget {...props} />;
    case "badges":
      return <BadgesWidget {...props} />;
    case "dependsOn":
      return <DependsOnWidget {...props} />;
    case "object":
      return <ObjectWidget {...props} />;
    case "inputOptions":
      return <InputOptionsWidget {...props} />;
    case "documentGroups":
      return <DocumentGroupsWidget {...props} />;
    case "variables":
      return <VariablesWidget {...props} />;
    case "enrichment":
      return <EnrichmentWidget {...props} />;
    case "hidden":
      return null;
    default: {
      const _: never = widget;
      return _;
    }
  }
}

/** What decides on an answer reads the answer. */
function isOverReply({ path }: WidgetProps): boolean {
  return path.at(-1) === "treatAsError";
}
