// The two doors where a complaint is typed in: the desk (phone, counter) and the portal. Both are a form in two steps:
// fill in, then read it back and confirm; and the portal's follow-up page.
import './index.css';
