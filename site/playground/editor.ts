/** The editor: CodeMirror with the lines that make boundaries marked, and the line of an error. */
import { autocompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers, WidgetType } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { BoundaryLine } from "./protocol.ts";

interface Marks {
  readonly lines: readonly BoundaryLine[];
  readonly error: number | undefined;
}

const setMarks = StateEffect.define<Marks>();

/** What a line with boundaries is told, behind its end. */
export function noteOf({ conditions, cost, example }: BoundaryLine): string {
  const count = conditions === 1 ? example : `${conditions} conditions`;
  return cost > 0 ? `${count}: boundaries, ${(100 * cost).toPrecision(2)} % of the gradient` : `${count}: summed out`;
}

class Note extends WidgetType {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  override eq(other: Note): boolean {
    return other.text === this.text;
  }
  toDOM(): HTMLElement {
    const note = document.createElement("span");
    note.className = "boundary-note";
    note.textContent = this.text;
    return note;
  }
}

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    // What is marked is no longer so once the text changes.
    if (transaction.docChanged) return Decoration.none;
    for (const effect of transaction.effects)
      if (effect.is(setMarks)) {
        const { doc } = transaction.state;
        const { lines, error } = effect.value;
        const ranges = lines
          .filter(({ line }) => line <= doc.lines)
          .flatMap((found) => {
            const { from, to } = doc.line(found.line);
            const note = Decoration.widget({ widget: new Note(noteOf(found)), side: 1 });
            return [Decoration.line({ class: "boundary-line" }).range(from), note.range(to)];
          });
        const failed =
          error !== undefined && error <= doc.lines
            ? [Decoration.line({ class: "error-line" }).range(doc.line(error).from)]
            : [];
        return Decoration.set([...ranges, ...failed], true);
      }
    return decorations;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], class: "tok-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-string" },
  { tag: tags.number, class: "tok-number" },
  { tag: tags.comment, class: "tok-comment" },
]);

export interface Editor {
  readonly text: () => string;
  readonly setText: (text: string) => void;
  readonly mark: (marks: Marks) => void;
}

/** Tab leaves the editor, so that the keyboard reaches what is behind it. */
export function editorIn(parent: HTMLElement, onRun: () => void, onChange: () => void): Editor {
  const run = (): boolean => {
    onRun();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        history(),
        bracketMatching(),
        indentOnInput(),
        javascript(),
        autocompletion(),
        syntaxHighlighting(colours),
        marks,
        EditorView.lineWrapping,
        // A file that is dropped is data, wherever on the page; text goes where it is dropped.
        EditorView.domEventHandlers({ drop: (event) => (event.dataTransfer?.files.length ?? 0) > 0 }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) onChange();
        }),
        EditorView.contentAttributes.of({ "aria-label": "Program" }),
        keymap.of([{ key: "Mod-Enter", run }, ...defaultKeymap, ...historyKeymap]),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    mark: (found) => view.dispatch({ effects: setMarks.of(found) }),
  };
}
