/** What the APIs take, in words. */

import type { Limits, Rate } from "../../caller";
import type { Plan } from "./api";

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

const NUMBER = new Intl.NumberFormat();

const MEGABYTE = 1_000_000;

export function facts({ rate, metadataRate, batch, pageSize, bodyBytes }: Limits): readonly Fact[] {
  return [
    { name: "Calls to the Core APIs", value: calls(rate), meaning: "All keys of the workspace together." },
    {
      name: "Calls to the Metadata APIs",
      value: calls(metadataRate),
      meaning: "For each path and method. The console uses these, too.",
    },
    {
      name: "Records in a batch",
      value: NUMBER.format(batch),
      meaning: "Of one request that creates, changes or deletes.",
    },
    {
      name: "Records in a page",
      value: NUMBER.format(pageSize),
      meaning: "More are read page by page, with a cursor.",
    },
    { name: "Size of a request", value: `${NUMBER.format(bodyBytes / MEGABYTE)} MB`, meaning: "Of its body." },
  ];
}

const PLANNED: readonly { readonly key: keyof Plan["limits"]; readonly name: string; readonly meaning: string }[] = [
  { key: "records", name: "Records", meaning: "Of all objects together, without the trash." },
  { key: "objects", name: "Custom objects", meaning: "" },
  { key: "webhooks", name: "Webhooks", meaning: "" },
  { key: "apiKeys", name: "API keys", meaning: "Those that are not revoked." },
];

/** What a plan allows, and how much there is where that is known. */
export function planned({ limits, usage }: Plan): readonly Fact[] {
  return PLANNED.map(({ key, name, meaning }) => {
    const limit = limits[key];
    const most = limit === null ? "any number" : NUMBER.format(limit);
    return { name, meaning, value: usage === undefined ? most : `${NUMBER.format(usage[key])} of ${most}` };
  });
}

function calls({ calls: count, seconds }: Rate): string {
  return `${NUMBER.format(count)} in ${seconds === 60 ? "a minute" : `${seconds} seconds`}`;
}
