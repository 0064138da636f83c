import type {
  Application,
  ApplicationRequest,
  AuthenticatedSession,
  AuthenticatorValidateStage,
  AuthenticatorValidateStageRequest,
  Brand,
  BrandRequest,
  CertificateKeyPair,
  DenyStage,
  DenyStageRequest,
  DuoDevice,
  EmailDevice,
  EmailStage,
  EmailStageRequest,
  EndpointDevice,
  ExpressionPolicy,
  ExpressionPolicyRequest,
  FileList,
  Flow,
  FlowRequest,
  FlowStageBinding,
  FlowStageBindingRequest,
  Group,
  GroupRequest,
  IdentificationStage,
  IdentificationStageRequest,
  Invitation,
  InvitationRequest,
  InvitationStage,
  InvitationStageRequest,
  LDAPProvider,
  LDAPProviderRequest,
  OAuth2Provider,
  OAuth2ProviderRequest,
  Outpost,
  OutpostRequest,
  PasswordStage,
  PasswordStageRequest,
  Policy,
  PolicyBinding,
  PolicyBindingRequest,
  Prompt,
  PromptRequest,
  PromptStage,
  PromptStageRequest,
  ProxyProvider,
  ProxyProviderRequest,
  Reputation,
  ReputationPolicy,
  ReputationPolicyRequest,
  Role,
  RoleRequest,
  ScopeMapping,
  ScopeMappingRequest,
  Settings,
  SMSDevice,
  Stage,
  StaticDevice,
  TOTPDevice,
  Token,
  TokenRequest,
  User,
  UserLoginStage,
  UserLoginStageRequest,
  UserRequest,
  UserWriteStage,
  UserWriteStageRequest,
  WebAuthnDevice,
} from 'authentik-api-2026.8';

/** `externalHost` as it travels: `external_host`. */
type Snake<S extends string> = S extends `${infer A}${infer B}`
  ? `${A extends Lowercase<A> ? A : `_${Lowercase<A>}`}${Snake<B>}`
  : S;

/** The client writes `_default` for a field whose name is a reserved word. */
type Field<K> = K extends `_${infer Word}` ? Word : K extends string ? Snake<K> : K;

/** A type of the official client as it travels: snake case, dates as text. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { -readonly [K in keyof T as Field<K>]: Wire<T[K]> }
      : T;

/** The collections homeauth works with, under their paths. Rows and bodies are those of the official schema. */
export interface Collections {
  'core/users': { row: User; create: UserRequest };
  'core/groups': { row: Group; create: GroupRequest };
  'core/authenticated_sessions': { row: AuthenticatedSession; create: Record<never, never> };
  'core/tokens': { row: Token; create: TokenRequest };
  'core/applications': { row: Application; create: ApplicationRequest };
  /** Pictures in its storage: by their names, and nothing else of them is known. */
  'admin/file': { row: FileList; create: never };
  'core/brands': { row: Brand; create: BrandRequest };
  'crypto/certificatekeypairs': { row: CertificateKeyPair; create: never };
  'providers/oauth2': { row: OAuth2Provider; create: OAuth2ProviderRequest };
  'providers/proxy': { row: ProxyProvider; create: ProxyProviderRequest };
  'providers/ldap': { row: LDAPProvider; create: LDAPProviderRequest };
  'rbac/roles': { row: Role; create: RoleRequest };
  'policies/bindings': { row: PolicyBinding; create: PolicyBindingRequest };
  'outposts/instances': { row: Outpost; create: OutpostRequest };
  'flows/instances': { row: Flow; create: FlowRequest };
  'flows/bindings': { row: FlowStageBinding; create: FlowStageBindingRequest };
  'policies/reputation': { row: ReputationPolicy; create: ReputationPolicyRequest };
  /** What is thought of a name at an address. */
  'policies/reputation/scores': { row: Reputation; create: never };
  /** Every policy of whatever sort, with the fields of that sort, too: nothing is made here. */
  'policies/all': { row: Policy; create: never };
  'policies/expression': { row: ExpressionPolicy; create: ExpressionPolicyRequest };
  'stages/prompt/prompts': { row: Prompt; create: PromptRequest };
  'stages/invitation/invitations': { row: Invitation; create: InvitationRequest };
  /** Every stage of whatever sort, by its name only: nothing is made here. */
  'stages/all': { row: Stage; create: never };
  'stages/authenticator/validate': { row: AuthenticatorValidateStage; create: AuthenticatorValidateStageRequest };
  'stages/deny': { row: DenyStage; create: DenyStageRequest };
  'stages/email': { row: EmailStage; create: EmailStageRequest };
  'stages/identification': { row: IdentificationStage; create: IdentificationStageRequest };
  'stages/invitation/stages': { row: InvitationStage; create: InvitationStageRequest };
  'stages/prompt/stages': { row: PromptStage; create: PromptStageRequest };
  'stages/password': { row: PasswordStage; create: PasswordStageRequest };
  'stages/user_login': { row: UserLoginStage; create: UserLoginStageRequest };
  'stages/user_write': { row: UserWriteStage; create: UserWriteStageRequest };
  // Of second factors none is made here: only their owner can.
  'authenticators/admin/totp': { row: TOTPDevice; create: never };
  'authenticators/admin/static': { row: StaticDevice; create: never };
  'authenticators/admin/webauthn': { row: WebAuthnDevice; create: never };
  'authenticators/admin/duo': { row: DuoDevice; create: never };
  'authenticators/admin/sms': { row: SMSDevice; create: never };
  'authenticators/admin/email': { row: EmailDevice; create: never };
  'authenticators/admin/endpoint': { row: EndpointDevice; create: never };
  'propertymappings/provider/scope': { row: ScopeMapping; create: ScopeMappingRequest };
}

export type Collection = keyof Collections;
export type Row<C extends Collection> = Wire<Collections[C]['row']>;
export type Create<C extends Collection> = Wire<Collections[C]['create']>;
export type Update<C extends Collection> = Partial<Create<C>>;
export type SystemSettings = Wire<Settings>;
