"use strict";
// The server is the only place of data: no script of this site can keep anything in the browser.
Storage.prototype.setItem = () => {};
