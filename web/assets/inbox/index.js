// The inbox: several tasks at once, and the filters one keeps.
import './index.css';

import { startMany } from '../monitor/many.js';

startMany();
