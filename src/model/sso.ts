import type { Secret } from './secret.ts';

/** The application that stands for the whole domain, by its slug. */
export const domainApplication = 'home';

/** homeauth's own API token: whose it is. The key is on disk before authentik hears of it. */
export interface TokenSpec {
  readonly username: string;
  /** Group that gives its owner the rights. */
  readonly group: string;
  /** Whether the saved key opens the API. */
  readonly proven: boolean;
}

/** authentik can be provisioned: it answers, and all of these default objects exist. */
export interface ServiceSpec {
  readonly objects: readonly string[];
}

/** The bootstrap token is of no use any more. */
export interface BootstrapSpec {
  readonly gone: boolean;
}

export interface GroupSpec {
  readonly superuser?: boolean;
}

export interface UserSpec {
  readonly name: string;
  readonly email: string;
  /** Groups that the person must be in; being in more is fine. */
  readonly groups: readonly string[];
  /** Set once, when homeauth makes the account; afterwards the password is the person's own affair. */
  readonly firstPassword?: Secret;
}

export interface UserFound extends Omit<UserSpec, 'firstPassword'> {
  /** Whether the first password has been set; absent where that was never homeauth's to do. */
  readonly passwordSet?: boolean;
}

/** key: the name of authentik's own emergency account. */
export interface EmergencySpec {
  /** The administrator of homeauth.yaml, who is there in its place. */
  readonly owner: string;
  /** As bootstrap makes it. Found: the same, or none; one of somebody's own makes it a person's account. */
  readonly address: string;
  readonly enabled: boolean;
}

/** Whether anybody has logged in with it, and whether the owner can log in. */
export interface EmergencyFound extends EmergencySpec {
  readonly isUsed: boolean;
  readonly ownerGetsIn: boolean;
}

export interface ProviderSpec {
  readonly mode: 'forward_single' | 'forward_domain';
  readonly externalHost: string;
  readonly cookieDomain: string;
  /** Slugs. */
  readonly authorizationFlow: string;
  readonly invalidationFlow: string;
}

export interface ProviderFound extends ProviderSpec {
  /** Another name than the key: found by its external host. */
  readonly name?: string;
  readonly scopesComplete: boolean;
}

/** What an app is known by to authentik, and what it proves that with. */
export interface Client {
  readonly id: string;
  readonly secret: Secret;
  /** Another one, for the app alone. */
  readonly random?: Secret;
}

/** Where authentik may send people back to. `type`: where a release knows of several. */
export interface ReturnAddress {
  readonly url: string;
  /** strict, or regex. */
  readonly mode: string;
  /** authorization, or logout. */
  readonly type?: string;
}

export interface OAuth2ProviderSpec {
  /** Slugs. */
  readonly authorizationFlow: string;
  readonly invalidationFlow: string;
  readonly clientType: string;
  /** Once it is on disk. */
  readonly client?: Client;
  /** Where the release has to be told. */
  readonly grants?: readonly string[];
  readonly returnTo: readonly ReturnAddress[];
  /** Scope mappings: authentik's own by what it manages them as, others by their names. */
  readonly mappings: readonly string[];
  readonly subjectMode: string;
  readonly accessTokenValidity: string;
  /** Where the release knows of it. */
  readonly logout?: { readonly uri: string; readonly method: string };
}

export interface OAuth2ProviderFound extends OAuth2ProviderSpec {
  readonly client: Client;
  /** With an RSA key that it has. */
  readonly isSigned: boolean;
  readonly isEncrypted: boolean;
  readonly issuerMode: string;
  /** Its tokens say what the mappings make of somebody. */
  readonly tellsInToken: boolean;
}

export interface ApplicationSpec {
  readonly name: string;
  /** The provider's name. */
  readonly provider: string;
  readonly hidden: boolean;
  readonly launchUrl: string;
  /** What its tile says; what is left out is its owner's. */
  readonly tile?: { readonly description?: string; readonly group?: string };
  /** Its provider is one for that. */
  readonly speaks?: 'oidc' | 'ldap';
}

/** key: `<application slug>/<group name>`. */
export interface BindingSpec {
  readonly enabled: boolean;
}

export interface BindingFound extends BindingSpec {
  /** authentik takes the same one twice: so it is after an answer that came too late. */
  readonly isTwice: boolean;
}

export interface OutpostSpec {
  readonly authentikHost: string;
  /** Names of the providers that must be attached; others are left alone. */
  readonly providers: readonly string[];
  /** Names of providers to take off. */
  readonly detach?: readonly string[];
}

export interface SettingsSpec {
  readonly baseUrl: string;
}

/** A field of an object in authentik, as it travels; a reference is the name (a flow: the slug) of what it points to. */
export type Field = string | number | boolean | null | readonly string[];

/** Those fields of an object in authentik that homeauth has an opinion on; all others are its owner's. */
export interface ObjectSpec {
  readonly fields: Readonly<Record<string, Field>>;
}

/** key: `<flow slug>/<order>/<stage name>`. */
export interface FlowBindingSpec {
  /** Its policies are asked when the flow begins. */
  readonly onPlan: boolean;
  /** Its policies are asked again when its turn has come. */
  readonly onTurn: boolean;
}

/** key: `<flow slug>/<order>/<stage name>/<policy name>`, the order being `*` where any will do: that policy decides whether that stage is shown. */
export interface PolicyBindingSpec {
  readonly enabled: boolean;
  /** What it says where it breaks. */
  readonly onFailure: boolean;
  /** The stage is authentik's: where its owner has taken it out of the flow, there is nothing to bind to. */
  readonly whereThere?: true;
}
