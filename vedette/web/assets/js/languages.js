// The words beside a translation are those of the message as it stands. Without this script they are as last loaded.

for (const beside of document.querySelectorAll("[data-of]")) {
  const field = document.getElementById(`id-${beside.dataset.of}`);
  const words = beside.querySelector("p");
  if (!field || !words) continue;
  const copy = () => {
    words.textContent = field.value;
  };
  field.addEventListener("input", copy);
  copy();
}
