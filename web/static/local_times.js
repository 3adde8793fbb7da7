// For pages whose only script this is: their times as the reader writes them.
import { localTimes } from "./times.js";

localTimes();
