// A transaction within another one, as better-sqlite3 has it: a savepoint, which libsql does not make by itself.
const Database = require('./index.js');

module.exports = class extends Database {
  transaction(work) {
    const outermost = super.transaction(work);
    return (...args) => {
      if (!this.inTransaction) return outermost(...args);
      this.exec('SAVEPOINT nested');
      try {
        const result = work(...args);
        this.exec('RELEASE nested');
        return result;
      } catch (error) {
        this.exec('ROLLBACK TO nested; RELEASE nested');
        throw error;
      }
    };
  }
};
