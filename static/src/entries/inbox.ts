/** The inbox page: its keys. */
import { startInbox } from "../inbox/keys";

startInbox();
