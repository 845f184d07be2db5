// A model without a kernel: what anywidget hands to the module, in a few lines.
export class Model {
  constructor(traits) {
    this.traits = traits;
    this.listeners = [];
    this.saved = 0;
    this.sent = [];
  }

  get(name) { return this.traits[name]; }

  set(name, value) {
    this.traits[name] = value;
    this.listeners.filter(([event]) => event === `change:${name}`).forEach(([, act]) => act());
  }

  on(event, act) { this.listeners.push([event, act]); }

  save_changes() { this.saved += 1; }

  send(question) { this.sent.push(question); }
}
