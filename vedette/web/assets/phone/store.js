// What the phone keeps, in IndexedDB: the copy, what waits to be sent, and which warnings' last versions were shown.

/** Do something with one of the stores and wait until it is on disk. */
async function kept(store, mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      // "strict": an answer that was kept is on disk before the person is told so.
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = act(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("vedette", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("copy");
      request.result.createObjectStore("outbox", { keyPath: "number", autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const readCopy = () => kept("copy", "readonly", (store) => store.get("copy"));
const writeCopy = (copy) => kept("copy", "readwrite", (store) => store.put(copy, "copy"));
const forgetCopy = () => kept("copy", "readwrite", (store) => store.clear());
const waiting = () => kept("outbox", "readonly", (store) => store.getAll());
const putAside = (item) => kept("outbox", "readwrite", (store) => store.add(item));
const takeOut = (number) => kept("outbox", "readwrite", (store) => store.delete(number));
