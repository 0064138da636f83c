/** The login page: shows what the executor asks for and sends the answers back. */
export const flowPage = (): string => `${STYLE}
<main><h1 id="title">authentik</h1><form id="form"></form><p id="problem" role="alert"></p></main>
<script>${COMMON}${FLOW}</script>`;

/** The page after a login: who is signed in and what they may open. */
export const homePage = (): string => `${STYLE}
<main><h1>authentik</h1><p id="who">Not signed in.</p><ul id="apps"></ul>
<p><a href="/if/flow/default-invalidation-flow/">Sign out</a></p></main>
<script>${COMMON}${HOME}</script>`;

const STYLE = `<style>
body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 }
main { width: min(22rem, 90vw) }
label { display: block; margin: .8rem 0 }
input, button { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box }
button { margin-top: .8rem }
#problem { color: #b00020 }
</style>`;

const COMMON = `
const byId = (id) => document.getElementById(id);
const cookie = (name) => document.cookie.split('; ').find((one) => one.startsWith(name + '='))?.slice(name.length + 1) ?? '';
`;

const FLOW = `
const slug = location.pathname.split('/')[3];
const url = '/api/v3/flows/executor/' + slug + '/?query=' + encodeURIComponent(location.search.slice(1));
const labels = { uid_field: 'User name or e-mail', password: 'Password' };
const fields = {
  'ak-stage-identification': () => [['uid_field', 'text']],
  'ak-stage-password': () => [['password', 'password']],
  'ak-stage-prompt': (stage) => stage.fields.filter((one) => one.type !== 'static').map((one) => [one.field_key, one.type, one.label]),
  'ak-stage-consent': () => [],
  'ak-stage-authenticator-validate': (stage) => (stage.device_challenges.length ? [['code', 'text', 'Code of your second factor']] : []),
  'ak-stage-authenticator-totp': () => [['code', 'text', 'Code that your app shows']],
  'ak-stage-authenticator-static': () => [],
};
async function ask(body) {
  const headers = { Accept: 'application/json', 'X-authentik-CSRF': cookie('authentik_csrf') };
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await fetch(url, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
  show(await answer.json());
}
function show(stage) {
  if (stage.component === 'xak-flow-redirect') return location.assign(stage.to);
  byId('title').textContent = stage.flow_info?.title ?? 'authentik';
  byId('problem').textContent = Object.values(stage.response_errors ?? {}).flat().map((one) => one.string).join(' ');
  const form = byId('form');
  form.replaceChildren();
  if (stage.component === 'ak-stage-access-denied' || stage.component === 'ak-stage-flow-error') {
    byId('problem').textContent = stage.error_message ?? 'Something went wrong.';
    return;
  }
  if (stage.component === 'ak-stage-session-end') {
    form.innerHTML = '<a href="/if/flow/default-invalidation-flow/">Sign out of authentik as well</a>';
    return;
  }
  if (stage.pending_user) form.append(Object.assign(document.createElement('p'), { textContent: stage.pending_user }));
  const shown = stage.config_url ?? stage.codes?.join(' ') ?? (stage.component === 'ak-stage-email' ? 'Look into your mail.' : '');
  if (shown) form.append(Object.assign(document.createElement('p'), { textContent: shown }));
  if (stage.header_text) form.append(Object.assign(document.createElement('p'), { textContent: stage.header_text }));
  for (const [name, type, label] of fields[stage.component]?.(stage) ?? []) {
    const row = document.createElement('label');
    row.textContent = label ?? labels[name] ?? name;
    row.append(Object.assign(document.createElement('input'), { name, type, required: true }));
    form.append(row);
  }
  // Whoever has no second factor yet chooses one to set up.
  const choices = stage.device_challenges?.length ? [] : (stage.configuration_stages ?? []);
  const buttons = choices.length ? choices.map(({ pk, name }) => ({ textContent: name, name: 'selected_stage', value: pk })) : [{ textContent: 'Continue' }];
  form.append(...buttons.map((button) => Object.assign(document.createElement('button'), button)));
  for (const [href, textContent] of [[stage.recovery_url, 'Forgot your password?'], [stage.enroll_url, 'Make an account']])
    if (href) form.append(Object.assign(document.createElement('a'), { href, textContent }));
  form.querySelector('input')?.focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    ask({ component: stage.component, ...(stage.token && { token: stage.token }), ...Object.fromEntries(new FormData(form, event.submitter)) });
  };
}
ask();
`;

const HOME = `
const read = async (path) => {
  const answer = await fetch('/api/v3' + path, { headers: { Accept: 'application/json' } });
  return answer.ok ? answer.json() : undefined;
};
greet();
async function greet() {
  const me = await read('/core/users/me/');
  if (!me) return location.assign('/flows/-/default/authentication/?next=/if/user/');
  byId('who').textContent = 'Signed in as ' + (me.user.name || me.user.username) + '.';
  for (const app of (await read('/core/applications/'))?.results ?? []) {
    const link = Object.assign(document.createElement('a'), { href: app.launch_url ?? '#', textContent: app.name });
    const row = document.createElement('li');
    row.append(link);
    byId('apps').append(row);
  }
}
`;
