/**
 * The inspector's page on an engine that makes its numbers up: `?sample=long` shows that response, `?state=broken` a model
 * that does not open. Never part of the product.
 */
import '../../src/ui/styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from '../../src/ui/App';
import { openInspector } from '../../src/ui/inspector/session';
import { useInspector } from '../../src/ui/inspector/store';
import { fakeInspector } from './fake-inspector';

const query = new URLSearchParams(location.search);
location.hash ||= 'inspect';
useInspector.setState({ sample: query.get('sample') });
openInspector(() => fakeInspector({ broken: query.get('state') === 'broken' }));
createRoot(document.getElementById('root') as HTMLElement).render(<App />);
