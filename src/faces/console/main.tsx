import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/pages.css';
import { render } from 'preact';
import { Console } from './app.tsx';

const place = document.getElementById('console');
if (place !== null) render(<Console />, place);
