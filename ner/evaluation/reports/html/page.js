const articles = [...document.querySelectorAll("article")];
const search = document.querySelector("#search");
const error = document.querySelector("#error");
const count = document.querySelector("#count");
function filter() {
  const wanted = search.value.trim().toUpperCase(); // in lower case, a sigma at the end of what is typed is another one
  let shown = 0;
  for (const article of articles) {
    const matches = (!error.value || article.dataset.errors.split(" ").includes(error.value))
      && (!wanted || article.dataset.text.toUpperCase().includes(wanted));
    article.hidden = !matches;
    shown += matches;
  }
  count.textContent = `${shown.toLocaleString("en")} of ${articles.length.toLocaleString("en")} shown`;
}
search.addEventListener("input", filter);
error.addEventListener("change", filter);
filter();
