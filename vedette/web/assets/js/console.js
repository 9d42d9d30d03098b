// What every console page does: htmx sends Django's CSRF token, menus close, tabs switch. No framework.

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

// A page opened in another realm: nothing was done, and what is written stays where it is.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status !== 409 || document.getElementById("other-realm")) return;
  const said = document.createElement("p");
  said.id = "other-realm";
  said.className = "say bad";
  said.setAttribute("role", "alert");
  said.textContent = "You changed realm since this page was opened. Nothing was done; open the page anew.";
  document.getElementById("main").prepend(said);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Tabs: without this script all panels are shown one below the other.
function tabs(root) {
  for (const strip of root.querySelectorAll("[data-tabs]")) {
    const buttons = [...strip.querySelectorAll(":scope > .tabs > [role=tab]")];
    const remembered = sessionStorage.getItem(`tab:${strip.dataset.tabs}`);
    const show = (chosen, focus) => {
      for (const button of buttons) {
        const on = button === chosen;
        button.setAttribute("aria-selected", on);
        button.tabIndex = on ? 0 : -1;
        document.getElementById(button.getAttribute("aria-controls")).hidden = !on;
      }
      sessionStorage.setItem(`tab:${strip.dataset.tabs}`, chosen.id);
      if (focus) chosen.focus();
    };
    strip.hidden = false;
    for (const [place, button] of buttons.entries()) {
      button.addEventListener("click", () => show(button));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) show(buttons.at((place + step) % buttons.length), true);
      });
    }
    show(buttons.find((button) => button.id === remembered) ?? buttons[0]);
  }
}
tabs(document);
document.addEventListener("htmx:afterSwap", (event) => tabs(event.detail.elt));

document.getElementById("errors")?.focus();
