// All Chinese words that the phone shows, in one piece to load.
import { zh as ownPassword } from '../../account/own-password-words.ts';
import { sharedZh } from '../../language/shared-zh.ts';
import { phoneZh } from './phone-zh.ts';

export const words = { ...sharedZh, phone: phoneZh, account: ownPassword };
