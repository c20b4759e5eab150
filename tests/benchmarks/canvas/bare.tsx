/** React Flow as it comes, with as many nodes and edges as the plan that the editor is measured with. */
import { ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { createRoot } from "react-dom/client";

const { COUNT, LANES } = { COUNT: 500, LANES: 20 };

const nodes = Array.from({ length: COUNT }, (_, index) => ({
  id: `s${index}`,
  position: { x: Math.floor(index / LANES) * 280, y: (index % LANES) * 106 },
  data: { label: `Step ${index}` },
  sourcePosition: "right" as const,
  targetPosition: "left" as const,
}));
const edges = nodes.slice(LANES).map(({ id }, index) => ({ id: `e${id}`, source: `s${index}`, target: id }));

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <ReactFlow defaultNodes={nodes} defaultEdges={edges} minZoom={0.05} onlyRenderVisibleElements fitView />,
  );
