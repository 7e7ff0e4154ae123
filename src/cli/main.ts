#!/usr/bin/env node
/** The program `nondiff`: the command that its arguments name, and the end of the process with that command's exit status. */
import { commandStatus } from "./command.ts";

const status = await commandStatus(process.argv.slice(2));
// A module may have left a timer or a connection open: the result is out, and nobody waits for these.
process.exit(status);
