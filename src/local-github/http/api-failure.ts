import { TreadleError } from '../../base/errors.ts';

/** One entry of `errors` in GitHub's answer to a request that it cannot accept. */
export interface FieldError {
  readonly resource: string;
  readonly field?: string;
  readonly code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom';
  readonly message?: string;
}

const documentationUrl = 'https://docs.github.com/rest';

/** A request that is answered with an error, in GitHub's shape: `{message, documentation_url, errors?, status}`. */
export class ApiFailure extends TreadleError {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    options: {
      readonly errors?: readonly (FieldError | string)[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super('api-failure', message);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  /** The body of the answer. */
  toBody(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      documentation_url: documentationUrl,
      status: String(this.status),
    };
  }
}

/** 404, also for what the caller may not know of. */
export const notFound = (): ApiFailure => new ApiFailure(404, 'Not Found');

/** 401 for a stranger who asks for what needs an account. */
export const authenticationRequired = (): ApiFailure => new ApiFailure(401, 'Requires authentication');

/** 403 for an account that may not do this. */
export const forbidden = (message = 'Resource not accessible by personal access token'): ApiFailure =>
  new ApiFailure(403, message);

/** 422 with the fields that cannot be accepted. */
export const invalid = (...errors: readonly (FieldError | string)[]): ApiFailure =>
  new ApiFailure(422, 'Validation Failed', { errors });
