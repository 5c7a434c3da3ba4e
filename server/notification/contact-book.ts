// Where people can be reached, as the notifier asks for it. `server/duty/people.ts` keeps the book.
import type { PersonContact } from '../../domain/notification/notification-order.ts';

export interface ContactBook {
  /** Null where nobody of that name may be told anything. */
  contactOf(username: string): Promise<PersonContact | null>;
}
