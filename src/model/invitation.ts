/** A link that lets somebody make an account. */
export interface Invitation {
  readonly id: string;
  readonly name: string;
  /** The address that the form is filled in with; empty where it is left to the guest. */
  readonly email: string;
  readonly groups: readonly string[];
  /** ISO 8601. */
  readonly expires: string;
  readonly expired: boolean;
  /** Gone once it was used. */
  readonly singleUse: boolean;
}
