/** The activity page's island. */
import { Monitor } from "../monitor/Monitor";
import { mountIslands } from "../shared/island";

mountIslands("monitor", Monitor);
