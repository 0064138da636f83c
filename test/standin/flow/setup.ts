import { hashPassword } from '../secrets.ts';
import { makeAdmin } from '../seed.ts';
import { invalid, type Stage } from './stage.ts';

const field = (field_key: string, label: string, type: string, placeholder: string, order: number, initial = '') => ({
  field_key,
  label,
  type,
  required: true,
  placeholder,
  initial_value: initial,
  order,
  sub_text: '',
  choices: null,
});

const HEADER = 'Welcome to authentik! Please set a password and email address for the default admin user, akadmin.';

export const setupPrompt: Stage = {
  ask: () => ({
    component: 'ak-stage-prompt',
    fields: [
      field('oobe-header-text', 'oobe-header-text', 'static', '', 100, HEADER),
      field('email', 'Email', 'email', 'Admin email', 101),
      field('password', 'Password', 'password', 'Password', 300),
      field('password_repeat', 'Password (repeat)', 'password', 'Password (repeat)', 301),
    ],
  }),
  answer: ({ plan }, body) => {
    const [email, password] = [String(body['email'] ?? ''), String(body['password'] ?? '')];
    if (password !== body['password_repeat']) return invalid('non_field_errors', "Passwords don't match.");
    if (!email || !password) return invalid(email ? 'password' : 'email', 'This field may not be blank.');
    plan.setup = { email, password };
    return undefined;
  },
};

export const setupWrite: Stage = {
  ask: ({ call, plan }) => {
    const admin = makeAdmin(call.state);
    if (plan.setup) Object.assign(admin, { email: plan.setup.email, password: hashPassword(plan.setup.password) });
    plan.pendingUser = admin.username;
    return 'pass';
  },
};

/** Closes the setup for good. */
export const setupDone: Stage = {
  ask: ({ call }) => {
    call.state.setup = true;
    return 'pass';
  },
};
