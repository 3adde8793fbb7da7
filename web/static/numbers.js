// Numbers as the page's language writes them.

const sign = (type) => new Intl.NumberFormat(document.documentElement.lang).formatToParts(12345.6).find((part) => part.type === type)?.value ?? "";

// "1234.50" as it can be read again: with the language's own decimal sign.
export const localNumber = (text) => text.replace(".", sign("decimal"));

// "1.234,50" in German and "1,234.50" in English are both "1234.50".
export function plainNumber(text) {
  const bare = text.replace(/[\s\u00a0\u202f']/g, "").replace("−", "-");
  const [group, point] = [sign("group"), sign("decimal")];
  const parts = bare.split(point);
  const grouped = group && /^-?\d{1,3}(.\d{3})+$/.test(parts[0]);
  if (grouped) parts[0] = parts[0].split(group).join("");
  const number = parts.join(".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(number) ? number : null;
}
