/**
 * Conditions that a program makes and never uses. A raw `if (gt(z, 0))` is a mistake, which JavaScript cannot see: it takes every condition for true. The
 * last state of a loop is none:
 *
 *     let isOn = false;
 *     for (const reading of readings) {
 *       observe(normal(where(isOn, 21, 18), 1), reading);
 *       isOn = gt(reading, limit);                             no round reads the last one
 *     }
 *
 * The two differ in where their conditions are made: all rounds make `isOn` at one place, and at that place others are used; those of a raw `if` are all
 * unused. So the program is run once more, where conditions are left, on a session that notes the place of each.
 */
import { FullGraph } from "../../autodiff/full-graph.ts";
import type { Session } from "../../autodiff/session.ts";
import type { Model } from "../model.ts";
import { type Extension, run } from "../run.ts";

type Made = Parameters<Session["made"]>[0];

// Has the session note where conditions are made; returns whether every one without use was made at a place where others were that have one.
function noting(session: Session): () => boolean {
  const places = new Map<Made, string | undefined>();
  const made = session.made.bind(session);
  session.made = (condition) => {
    made(condition);
    places.set(condition, callers());
  };
  return () => {
    const { unusedConditions: unused } = session;
    const used = new Set([...places].map(([condition, place]) => (unused.has(condition) ? undefined : place)));
    used.delete(undefined);
    return [...unused].every((condition) => used.has(places.get(condition)));
  };
}

/** The innermost places that count: six within `gt(z, 0)`, and two of the program. Engines tell ten. */
const INNERMOST = 8;

// The lines and columns of the functions that are running, each once, so that a function that calls itself is at one place however deep it is. Undefined
// where an engine tells no columns, without which two conditions on one line were at one place.
function callers(): string | undefined {
  const lines = (new Error("where").stack ?? "").split("\n").filter((line) => /:\d+:\d+/.test(line));
  return lines.length > 0 ? [...new Set(lines)].slice(0, INNERMOST).join("\n") : undefined;
}

/** The statements, on a session that refuses conditions without use unless they are states that no further round reads. */
export function withStates(model: Model, statements: Extension): Extension {
  return (core, scope) => {
    const { session } = scope;
    const requireUse = session.requireConditionsUsed.bind(session);
    session.requireConditionsUsed = (caller) => {
      const isLeft = session.unusedConditions.size > 0;
      if (isLeft && !(scope.isOver && areStates(model, statements))) requireUse(caller);
    };
    return statements(core, scope);
  };
}

function areStates(model: Model, statements: Extension): boolean {
  const graph = new FullGraph();
  let answer = true;
  const extension: Extension = (core, scope) => {
    const { session } = scope;
    const asked = noting(session);
    session.requireConditionsUsed = () => {
      answer = asked();
    };
    return statements(core, scope);
  };
  run(model, graph, { input: (name, isPoint) => graph.input(name, !isPoint), extension });
  return answer;
}
