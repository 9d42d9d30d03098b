// The composer's texts, changed when a finding's fix or the words for placeholders are put in: the server says how.

const told = (id) => {
  const said = document.getElementById(id);
  return said ? JSON.parse(said.textContent) : null;
};

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "check") return;
  const fields = told("changed-fields");
  if (!fields) return;
  for (const [name, text] of Object.entries(fields)) {
    const field = document.getElementById(`id-${name}`);
    if (!field) continue;
    field.value = text;
    // What was asked meanwhile was asked of the old words.
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const left = told("blanks-left");
  for (const blank of document.querySelectorAll("[data-blank]")) blank.hidden = !left.includes(blank.dataset.blank);
  const panel = document.getElementById("blanks-panel");
  if (panel && left.length === 0) panel.hidden = true;
  // Where the keyboard was is gone with the old findings: go to what was changed.
  const first = Object.keys(fields)[0];
  document.getElementById(first ? `id-${first}` : "lint")?.focus();
});
