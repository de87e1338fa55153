/**
 * A Jinja template of a file, interpreted by `@huggingface/jinja` in a bounded number of steps: what a template makes is
 * counted before it is made, where it could be much larger than what it is made of. And values are written as Python does.
 */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { BOUNDS } from './bounds';
import { Effort } from './effort';
import { joined, PER_ELEMENT, STRING_METHOD, stringMethod, withPythonStrings } from './python-strings';
import { pythonText, type Value } from './python-text';
import { losesOutput } from './template-jumps';

/** A node of the library's syntax tree. */
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Steps for each of the messages' characters, and for a node, which takes about a microsecond. */
const [STEPS_EACH, PER_NODE] = [64, 64];
/** Slices take a text apart into its characters. */
const PER_CHARACTER_OF_SLICE = 16;
/** The deepest list in lists. */
const DEEPEST_VALUE = 64;
/** Arguments that multiply what they are put into: spaces of an indent, separators of a JSON text. */
const [MOST_INDENT, MOST_SEPARATORS] = [16, 4 * PER_ELEMENT];
/** White space in a row, through which the library's lexer goes once for each of it. */
const LONG_GAP = /\s{1000}/;

const STATEMENTS = new Set(['Program', 'If', 'For', 'Set', 'Macro', 'CallStatement', 'FilterStatement']);
const SILENT = new Set([...STATEMENTS, 'Break', 'Continue', 'Comment', 'StringLiteral']);
/** Nodes whose work grows with what their parts are. */
const WORK = new Set([
  'BinaryExpression',
  'FilterExpression',
  'FilterStatement',
  'TestExpression',
  'CallExpression',
  'CallStatement',
  'For',
]);
/** Filters that look at their operand and no further. */
const LOOKS = new Set(['length', 'first', 'last', 'list', 'safe', 'default']);
/** Methods of dicts that go through them. */
const WALKS = new Set(['items', 'keys', 'values', 'dictsort']);

export class BoundedTemplate {
  private readonly program: Parameters<Interpreter['run']>[0];

  /** Throws Error for what is no template, is too large, or could not be followed. */
  constructor(source: string) {
    if (source.length > BOUNDS.template)
      throw new Error(`it has ${source.length} characters; ${BOUNDS.template} are read`);
    if (LONG_GAP.test(source)) throw new Error('it has more than 1,000 white space characters in a row');
    this.program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    if (losesOutput(this.program.body))
      throw new Error(
        'it leaves a loop with break or continue after it has said something, which cannot be followed here',
      );
    withPythonStrings(this.program.body);
    sayAsPython(this.program);
  }

  /**
   * The text of the template with these names; of one that is given twice the later value counts. Throws Error where the
   * template fails, or is not done in its steps.
   */
  render(...given: Readonly<Record<string, unknown>>[]): string {
    const environment = new Environment();
    const names = new Map([CONSTANTS, FUNCTIONS, ...given].flatMap((some) => Object.entries(some)));
    for (const [name, value] of names) environment.set(name, value);
    return pythonText(new BoundedInterpreter(environment).run(this.program));
  }
}

const raise = (message: string): never => {
  throw new Error(message);
};

/** Python's range, as a list. */
function range(first: number, last?: number, step = 1): number[] {
  const [start, stop] = last === undefined ? [0, first] : [first, last];
  if (step === 0) throw new Error('range() step must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length * PER_ELEMENT > BOUNDS.templateValue) throw new Error(`a range of ${length} numbers is too long`);
  return Array.from({ length }, (_, i) => start + i * step);
}

/** What expressions among statements say, they say through a node of ours. */
function sayAsPython(node: unknown): void {
  if (Array.isArray(node)) {
    node.forEach(sayAsPython);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { body, alternate, defaultBlock } = node as Record<string, unknown>;
  for (const statements of [body, alternate, defaultBlock] as (Node[] | undefined)[]) {
    if (!Array.isArray(statements)) continue;
    sayAsPython(statements);
    for (const [i, said] of statements.entries()) {
      // The library looks for its own class where it searches macros.
      if (!SILENT.has(said.type))
        statements[i] = Object.assign(Object.create(Object.getPrototypeOf(said)), { type: 'Said', said });
    }
  }
}

const StringValue = new Environment().set('text', '').constructor as new (text: string) => Value;

/** What every template knows. */
const CONSTANTS = { false: false, False: false, true: true, True: true, none: null, None: null };
const FUNCTIONS = { range, [STRING_METHOD]: stringMethod, raise_exception: raise };

type Evaluate = Interpreter['evaluate'];

class BoundedInterpreter extends Interpreter {
  private readonly effort = new Effort();
  private readonly weights = new WeakMap<object, { weight: number; depth: number }>();
  /** Argument nodes whose values must be small, and callees. */
  private readonly small = new WeakSet<Node>();
  private readonly called = new WeakSet<Node>();
  private readonly sizes = new WeakMap<Node, number>();
  private depth = 0;
  /** Of the node that is evaluated: the weight of its parts so far, and the last of them. */
  private parts = 0;
  private last: Value | null = null;

  constructor(environment: Environment) {
    super(environment);
    let given = 0;
    for (const value of environment.variables.values()) given += this.weigh(value as Value).weight;
    this.effort.allow(BOUNDS.templateSteps + STEPS_EACH * given);
  }

  override evaluate(...[statement, environment]: Parameters<Evaluate>): ReturnType<Evaluate> {
    const node = statement as unknown as Node | undefined;
    if (!node) return super.evaluate(statement, environment);
    if (++this.depth > BOUNDS.templateDepth) throw new Error(`it is nested more than ${BOUNDS.templateDepth} deep`);
    this.effort.spend(PER_NODE + this.depth);
    const before = this.parts;
    this.parts = 0;
    try {
      this.expect(node);
      const value = (this.ours(node, environment) ?? super.evaluate(statement, environment)) as Value;
      this.check(node, value, environment);
      const { weight } = this.weigh(value);
      if (weight > BOUNDS.templateValue) throw new Error(`a value of more than ${BOUNDS.templateValue} characters`);
      this.parts = before + weight;
      this.last = value;
      return value as ReturnType<Evaluate>;
    } catch (error) {
      this.parts = before;
      throw error;
    } finally {
      this.depth--;
    }
  }

  /** Before a node is evaluated. */
  private expect(node: Node): void {
    if (node.type === 'CallExpression') this.called.add(node.callee as Node);
    // The library goes through a macro's whole body where it is defined.
    if (node.type === 'Macro' || node.type === 'CallStatement') this.effort.spend(PER_NODE * this.sizeOf(node));
    const filter = node.filter as Node | undefined;
    if (node.type === 'FilterStatement' && ['join', 'replace'].includes(nameOf(filter as Node)))
      throw new Error('a block of the filter join or replace');
    if (filter?.type !== 'CallExpression' || !['indent', 'tojson'].includes(nameOf(filter))) return;
    for (const argument of filter.args as Node[]) {
      if (argument.type.endsWith('SpreadExpression')) throw new Error(`${nameOf(filter)} with unpacked arguments`);
      this.small.add(argument.type === 'KeywordArgumentExpression' ? (argument.value as Node) : argument);
    }
  }

  /** After it. */
  private check(node: Node, value: Value, environment: Parameters<Evaluate>[1]): void {
    if (this.small.has(node)) {
      const size = typeof value.value === 'string' ? value.value.length : this.weigh(value).weight;
      if (size > MOST_SEPARATORS || (value.value as number) > MOST_INDENT)
        throw new Error('an indent or separator is too large');
    }
    if (node.type === 'MemberExpression') this.checkMember(node, value);
    const isLook = node.filter !== undefined && LOOKS.has(nameOf(node.filter as Node));
    if (WORK.has(node.type) && !isLook) this.effort.spend(this.parts);
    const assigned = node.type === 'Set' ? (node.assignee as Node) : null;
    if (assigned?.type === 'MemberExpression')
      this.weigh(super.evaluate(assigned.object as never, environment) as Value);
  }

  private checkMember(node: Node, value: Value): void {
    if ((node.property as Node).type === 'SliceExpression') this.effort.spend(PER_CHARACTER_OF_SLICE * this.parts);
    if (value?.type !== 'FunctionValue') return;
    const name = (node.property as Node).value as string;
    const isOfNamespace = this.last?.type === 'NamespaceValue';
    if (isOfNamespace && !node.computed) return;
    // A method that is kept, or found by a name that is made, would be called without being counted.
    if (node.computed || !this.called.has(node)) throw new Error(`a method (${name}) that is not called by its name`);
    if (WALKS.has(name)) this.effort.spend(this.parts);
  }

  /** Nodes that are evaluated here. */
  private ours(node: Node, environment: Parameters<Evaluate>[1]): Value | null {
    const value = (part: unknown) => this.evaluate(part as Parameters<Evaluate>[0], environment) as Value;
    if (node.type === 'Said') return new StringValue(pythonText(value(node.said)));
    if (node.type === 'BinaryExpression' && (node.operator as Node).value === '~')
      return new StringValue(pythonText(value(node.left)) + pythonText(value(node.right)));
    if (node.type !== 'FilterExpression') return null;
    const filter = node.filter as Node;
    if (filter.value === 'string') return new StringValue(pythonText(value(node.operand)));
    if (nameOf(filter) !== 'join') return null;
    const [argument, ...more] = filter.type === 'CallExpression' ? (filter.args as Node[]) : [];
    if (more.length > 0) throw new Error('join takes a separator alone');
    const given = argument && value(argument.type === 'KeywordArgumentExpression' ? argument.value : argument);
    const operand = value(node.operand);
    if (!Array.isArray(operand.value) && typeof operand.value !== 'string')
      throw new Error(`join of a ${operand.type}`);
    const parts = Array.isArray(operand.value) ? operand.value.map(pythonText) : Array.from(operand.value);
    return new StringValue(joined(parts, given ? pythonText(given) : ''));
  }

  /** Characters, and PER_ELEMENT for each element, however often one stands in it. Throws for what is too deep. */
  private weigh(value: Value): { weight: number; depth: number } {
    const { value: inside } = value;
    if (typeof inside === 'string') return { weight: inside.length, depth: 0 };
    if (typeof inside !== 'object' || inside === null) return { weight: 1, depth: 0 };
    const known = this.weights.get(inside);
    if (known) return known;
    let [weight, depth] = [PER_ELEMENT, 0];
    for (const one of Array.isArray(inside) ? inside : (inside as Map<string, Value>).values()) {
      // Its content may change when it has been weighed.
      if (one.type === 'NamespaceValue') throw new Error('a namespace in another value');
      const { weight: more, depth: below } = this.weigh(one);
      weight += PER_ELEMENT + more;
      depth = Math.max(depth, below + 1);
    }
    if (!Array.isArray(inside)) for (const key of (inside as Map<string, Value>).keys()) weight += key.length;
    if (depth > DEEPEST_VALUE) throw new Error(`lists in lists, more than ${DEEPEST_VALUE} deep`);
    if (value.type === 'NamespaceValue') this.effort.spend((inside as Map<string, Value>).size);
    else this.weights.set(inside, { weight, depth });
    return { weight, depth };
  }

  /** Nodes below one. */
  private sizeOf(node: Node): number {
    const known = this.sizes.get(node);
    if (known !== undefined) return known;
    let size = 0;
    const walk = (part: unknown): void => {
      if (Array.isArray(part) || part instanceof Map) for (const one of part) walk(one);
      else if (typeof part === 'object' && part !== null) {
        size++;
        for (const one of Object.values(part)) walk(one);
      }
    };
    walk(node);
    this.sizes.set(node, size);
    return size;
  }
}

/** A filter's name: `x | name`, `x | name(…)`. */
const nameOf = (filter: Node): string =>
  String(filter.type === 'CallExpression' ? (filter.callee as Node).value : filter.value);
