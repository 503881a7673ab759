import { notifications } from '@mantine/notifications';
import { errorDataOf } from '../connection/error-data.ts';

/** Tells what a call threw, with the next step. */
export function tellError(thrown: unknown): void {
  const { message, hint } = errorDataOf(thrown);
  notifications.show({ color: 'red', title: message, message: hint ?? '', autoClose: 10_000 });
}
