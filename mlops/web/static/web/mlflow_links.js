/* The addresses that MLflow's client prints, such as /#/experiments/ID/runs/RUN, lead to our pages. What follows # never
   reaches a server: here it becomes a path, on the sign-in page the one to go to afterwards. */
const asked = /^#\/(experiments\/[^/?]+(?:\/runs\/[^/?]+)?|models\/[^?]+)/.exec(location.hash);
if (asked) {
  const target = `/mlflow/${asked[1]}`;
  const next = document.querySelector('input[name="next"]');
  if (next) next.value = target;
  else location.replace(target);
}
