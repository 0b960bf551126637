// Search over the index that stands in a file of its own; names become text and never markup.
(function () {
  var input = document.getElementById("search");
  var list = document.getElementById("found");
  var entries = window.PROVOST_INDEX || [];
  var root = document.body.getAttribute("data-root") || "";
  var at = -1;
  function rank(name, wanted) {
    var place = name.indexOf(wanted);
    return place < 0 ? -1 : place === 0 ? (name.length === wanted.length ? 0 : 1) : 2;
  }
  function show() {
    var wanted = input.value.trim().toLowerCase();
    var found = [];
    list.textContent = "";
    at = -1;
    if (!wanted) return;
    for (var i = 0; i < entries.length; i++) {
      var order = rank(entries[i][1].toLowerCase(), wanted);
      if (order >= 0) found.push([order, i]);
    }
    found.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
    found.slice(0, 40).forEach(function (one) {
      var entry = entries[one[1]];
      var item = document.createElement("li");
      var link = document.createElement("a");
      var kind = document.createElement("span");
      kind.className = "kind";
      kind.textContent = entry[0];
      link.href = root + entry[2];
      link.appendChild(kind);
      link.appendChild(document.createTextNode(entry[1]));
      item.appendChild(link);
      list.appendChild(item);
    });
    if (!found.length) {
      var none = document.createElement("li");
      none.className = "none";
      none.textContent = "nothing is called so";
      list.appendChild(none);
    }
  }
  input.addEventListener("input", show);
  input.addEventListener("keydown", function (event) {
    var items = list.querySelectorAll("a");
    if (event.key === "Escape") { input.value = ""; show(); }
    if (event.key === "Enter" && items.length) { items[Math.max(at, 0)].click(); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = Math.max(0, Math.min(items.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      items.forEach(function (item, i) { item.parentNode.className = i === at ? "on" : ""; });
      if (items[at]) items[at].scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && document.activeElement !== input) { event.preventDefault(); input.focus(); }
  });
  if (input.value) show();
})();
