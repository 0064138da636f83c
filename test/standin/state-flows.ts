import type { Json } from './state.ts';

/** What flows are made of, as authentik keeps it. */
export interface Flow {
  pk: string;
  policybindingmodel_ptr_id: string;
  name: string;
  slug: string;
  title: string;
  designation: string;
  background: string;
  policy_engine_mode: string;
  compatibility_mode: boolean;
  layout: string;
  denied_action: string;
  authentication: string;
}

/** A stage of any kind; `kind` is its collection below `/stages/`, `config` the fields of that kind. */
export interface StoredStage {
  pk: string;
  kind: string;
  name: string;
  config: Json;
}

export interface StageBinding {
  pk: string;
  policybindingmodel_ptr_id: string;
  target: string;
  stage: string;
  evaluate_on_plan: boolean;
  re_evaluate_policies: boolean;
  order: number;
  policy_engine_mode: string;
  invalid_response_action: string;
}

export interface ExpressionPolicy {
  pk: string;
  name: string;
  execution_logging: boolean;
  expression: string;
}

export interface ReputationPolicy {
  pk: string;
  name: string;
  execution_logging: boolean;
  check_ip: boolean;
  check_username: boolean;
  threshold: number;
}

/** What is thought of a name at an address. Times are milliseconds since the epoch. */
export interface Reputation {
  pk: string;
  identifier: string;
  ip: string;
  score: number;
  expires: number;
  updated: number;
}

export interface Prompt {
  pk: string;
  name: string;
  field_key: string;
  label: string;
  type: string;
  required: boolean;
  placeholder: string;
  initial_value: string;
  order: number;
  sub_text: string;
  placeholder_expression: boolean;
  initial_value_expression: boolean;
}

export interface Invitation {
  pk: string;
  name: string;
  expires: string | null;
  fixed_data: Json;
  created_by: number;
  single_use: boolean;
  flow: string | null;
}

/** A second factor. Times are milliseconds since the epoch, `lastStep` the last 30 s step whose code was taken. */
export interface Device {
  pk: number;
  kind: 'totp' | 'static' | 'webauthn' | 'duo' | 'sms' | 'email';
  user: number;
  name: string;
  confirmed: boolean;
  created: number;
  last_updated: number;
  last_used: number | null;
  failures: number;
  failedAt: number;
  /** Base32, of a TOTP device. */
  secret: string;
  lastStep: number;
  /** The codes of a static device that were not used yet. */
  codes: string[];
}

/** Where a person is in a flow. The first step is the one that is asked now. */
export interface Plan {
  flow: string;
  steps: PlanStep[];
  /** The name that was given; of no user where that name is unknown. */
  pendingUser?: string;
  /** What prompts were answered, invitations and policies filled in. */
  data: Json;
  /** What the invitation says that brought the person here. */
  invitation?: Json;
  /** Groups that a policy adds the new person to. */
  groups?: string[];
  /** Somebody of that name is treated as if there were nobody. */
  unknown?: true;
  /** The link that brought the person here, which may be used up by now. */
  restored?: Pick<FlowToken, 'key' | 'user' | 'revokeOnExecution'>;
  /** Set when who it is was proven. */
  authenticated?: true;
  /** A device that is being set up. */
  device?: Device;
  mailed?: true;
  /** The query of the authorize request that this flow answers. */
  authorize?: string;
  /** The slug of the application that is signed out of. */
  application?: string;
}

/** A stored stage, or one that lives only in the plan. */
export interface PlanStep {
  stage?: string;
  binding?: string;
  /** A refusal that a policy has put in its place, with its words. */
  denied?: string;
  own?: 'confirm-mail' | 'grant' | 'session-end' | 'close-setup';
}

/** A link into a flow: the plan goes on where it was kept. */
export interface FlowToken {
  key: string;
  identifier: string;
  user: number;
  flow: string;
  plan: Plan;
  /** Whether opening the link uses it up; a mailed one is used up by the confirmation. */
  revokeOnExecution: boolean;
  expires: number;
}

/** A mail that waits for the worker. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** A server of its own instead of the one in the worker's environment. */
  smtp?: Json;
}
