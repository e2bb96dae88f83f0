// Initiates the replica set and creates the users, each unless it exists. It sets the password of
// the user clausea in any case, so that a new one in the secrets is used. With DROP_DATABASE in the
// environment, it then deletes the database, for a restore.
const fs = require('fs');
const secret = (name) => fs.readFileSync('/run/secrets/' + name, 'utf8').trim();
const database = 'clausea';
const url = 'mongodb://127.0.0.1:27017/admin?directConnection=true&serverSelectionTimeoutMS=2000';

// until calls step until it succeeds, for at most a minute.
function until(what, step) {
  for (let i = 0; ; i++) {
    let problem = 'not yet';
    try {
      const result = step();
      if (result) return result;
    } catch (error) {
      problem = error.message;
    }
    if (i === 120) throw new Error(`${what}: ${problem}`);
    sleep(500);
  }
}

const admin = until('connect to the server', () => connect(url));
if (!admin.hello().setName) {
  print('initiating the replica set');
  admin.adminCommand({replSetInitiate: {_id: 'rs0', members: [{_id: 0, host: 'mongo:27017'}]}});
}
until('wait until the server accepts writes', () => admin.hello().isWritablePrimary);

const root = {user: 'root', pwd: secret('mongo_root_password')};
const signIn = () => {
  try {
    return admin.auth(root.user, root.pwd).ok;
  } catch {
    return false;
  }
};
if (!signIn()) {
  print('creating the user root');
  admin.createUser({...root, roles: ['root']}); // allowed from localhost while there is no user
  until('sign in as root', signIn);
}

const user = {pwd: secret('mongo_password'), roles: [{role: 'readWrite', db: database}]};
if (admin.getUser('clausea')) {
  admin.updateUser('clausea', user);
} else {
  print('creating the user clausea');
  admin.createUser({user: 'clausea', ...user});
}
if (process.env.DROP_DATABASE === database) {
  print('deleting the database', database);
  admin.getSiblingDB(database).dropDatabase();
}
print('the replica set is ready');
