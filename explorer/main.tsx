// The page's entry: it takes the place of the plain page that the server wrote.
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('explorer');
if (root === null) throw new Error('expected an element with the id explorer');
root.replaceChildren();
root.className = '';
render(<App />, root);
