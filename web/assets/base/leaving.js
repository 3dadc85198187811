// What has to be done before a command leaves the page or changes what the page stands on: a draft is saved first.
const hooks = [];

export const beforeLeaving = (hook) => hooks.push(hook);

export async function settle() {
  for (const hook of hooks) await hook();
}
