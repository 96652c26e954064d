import type { Command } from "commander";
import { METHODS, methodByName } from "../../prune/methods/index.js";
import type { Method } from "../../prune/methods/method.js";
import type { MethodOptions } from "../../prune/methods/option.js";
import { formatTable } from "../../report/table.js";
import { type JsonOption, withJson } from "../options.js";
import { report, verb } from "../verb.js";

export function methods(): Command {
  const command = verb({
    name: "methods",
    summary: "list pruning methods, or explain one",
    description:
      "Lists the methods of `prune --method`: what each removes, what it needs, its budgets, its options and their defaults.",
    examples: [
      ["methods strided", "one, with its options and its paper"],
      ["methods", "all of them"],
      ["methods --json", "all of them, as data"],
    ],
  }).argument("[name]", "a method; all of them unless it is said");
  return withJson(command).action(run);
}

function run(name: string | undefined, options: JsonOption): void {
  const facts = (name === undefined ? METHODS : [methodByName(name)]).map(factsOf);
  if (name === undefined) report(options.json, { methods: facts }, () => formatAll(facts));
  else report(options.json, facts[0]!, () => formatOne(facts[0]!));
}

type Facts = ReturnType<typeof factsOf>;

function factsOf(method: Method) {
  const { name, summary, paper, removes, needs, uses = [], budgets, scopes, needsBudget } = method;
  const options = Object.entries(method.options as MethodOptions).map(
    ([flag, { value, meaning, default: preset }]) => ({
      ...{ name: flag, value, meaning, default: preset },
    }),
  );
  return { name, summary, removes, needs, uses, budgets, scopes, needsBudget: needsBudget !== false, options, paper };
}

function formatAll(facts: readonly Facts[]): string {
  const rows = facts.map(({ name, removes, needs, budgets, options }) => ({
    ...{ name, removes, needs: needs.join(", ") },
    budgets: budgets.join(", "),
    options: options.map((option) => `--${option.name}`).join(" "),
  }));
  return formatTable(rows, ["name", "removes", "needs", "budgets", "options"]);
}

function formatOne({
  name,
  summary,
  removes,
  needs,
  uses,
  budgets,
  scopes,
  needsBudget,
  options,
  paper,
}: Facts): string {
  const rows = options.map((option) => ({
    ...{ option: `--${option.name} ${option.value}`, default: option.default, meaning: option.meaning },
  }));
  return [
    `${name}: ${summary}`,
    "",
    `removes  ${removes}`,
    `needs    ${needs.join(", ")}`,
    ...(uses.length > 0 ? [`uses     ${uses.join(", ")}, where given`] : []),
    `budgets  ${budgets.map((kind) => `${kind}=`).join(", ")}${needsBudget ? "" : " (may be left out)"}`,
    `scopes   ${scopes.map((scope, i) => (i === 0 ? `${scope} (unless it is said)` : scope)).join(", ")}`,
    `paper    ${paper}`,
    ...(rows.length > 0 ? ["", formatTable(rows, ["option", "default", "meaning"])] : []),
  ].join("\n");
}
