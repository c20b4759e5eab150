/** The inbox page: its list, the task beside it, its keys. */
import "../inbox/inbox.css";
import { startInbox } from "../inbox/inbox";

startInbox();
