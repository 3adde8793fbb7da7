// What the server knows about this page, and the words it gave us.

export const data = JSON.parse(document.getElementById("data").textContent);
export const token = new URLSearchParams(location.search).get("t") ?? "";

const rules = new Intl.PluralRules(document.documentElement.lang);

// "{n} of {total} left" with its names filled in; the form that fits n, where there are several.
export function say(key, values = {}) {
  const found = data.words[key];
  const sentence = typeof found === "string" ? found : (found[rules.select(values.n)] ?? found.other);
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
