import { Dashboard } from './dashboard.tsx';
import { SignIn } from './sign-in.tsx';
import { useAdminState } from './store/react.tsx';

export function Page() {
  const signedIn = useAdminState(({ session }) => session.at === 'in');
  const said = useAdminState((state) => state.said);
  return (
    <>
      {signedIn ? <Dashboard /> : <SignIn />}
      {/* A new element for each sentence: the same one twice is read twice. */}
      <div role="status" className="visually-hidden">
        <span key={said.count}>{said.text}</span>
      </div>
    </>
  );
}
