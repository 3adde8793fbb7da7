// Puts a text on the clipboard and tells whether it is there. Where it is not allowed, as by plain
// http from another machine, the text is to be selected, ready to be copied by hand.

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
