alias g=git
export MONGODB_URI="mongodb+srv://app:${MONGO_PASSWORD}@cluster0.k3x9q.mongodb.net/shop" # reports
