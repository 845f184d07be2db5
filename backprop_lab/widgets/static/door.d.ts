// The door between the two halves, as the browser sees it. Only types: nothing is sent.

/** The traits of `PictureWidget`, in the same order. */
interface PictureTraits {
  svg: string;
  slots: Timeline[];
  states: Timeline[];
  steps: Moment[];
  received: number[][];
  code: string;
  lines: number[];
  still_id: string;
  step: number;
  playing: boolean;
  speed: number;
}

/** The traits of `Explorer`, in the same order; a stepper has none of them. */
interface ExplorerTraits {
  answered?: Values;
  inputs?: Input[];
  values?: Values;
  problem?: string;
}

/** What only the page knows. */
interface PageTraits {
  /** Whether the kernel that made the widget is gone. */
  lost?: boolean;
}

type Traits = PictureTraits & ExplorerTraits & PageTraits;

/** The values of the inputs by name; of a choice, its position. */
type Values = Record<string, number | boolean>;

/** [step, text] pairs: what is shown since when. */
type Timeline = [number, string][];

interface Moment {
  phase: "start" | "forward" | "backward";
  position: string;
  title: string;
  symbols: string;
  numbers: string;
  sentence: string;
  card: number | null;
  arrow: number | null;
}

interface Input {
  name: string;
  kind: "range" | "choice" | "switch";
  low: number;
  high: number;
  step: number;
  options: string[];
}

/** What the browser asks of Python beside moving traits. */
type Question = { open: number } | { close: number } | { sweep: string; step: number };

/** A text that follows a table of numbers: slot, which of its changes, the text before
 * the number, and the columns: one, or two for a range. */
type Entry = [number, number, string, number[]];

/** The answer to a grasped slider; its table comes as a buffer. */
interface SweepMessage {
  name: string;
  values: Values;
  columns: number;
  plan: Entry[];
  step: number;
  words: [string, string][];
}

/** Python's half, as anywidget hands it to the module. */
interface Model {
  get<Name extends keyof Traits>(name: Name): Traits[Name];
  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void;
  save_changes(): void;
  send(question: Question): void;
  on(event: string, act: (...given: any[]) => void): void;
  off(event: string, act: (...given: any[]) => void): void;
}
