process.send("here");
